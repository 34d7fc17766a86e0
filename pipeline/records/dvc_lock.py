"""What DVC wrote down of each stage's last run."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML

from pipeline.foundation.params import REPOSITORY

LOCK = REPOSITORY / "dvc.lock"


def read_lock() -> dict[str, Any]:
    """Every stage that ran, by its name; empty where none did."""
    if not LOCK.exists():
        return {}
    content = YAML(typ="safe").load(LOCK.read_text(encoding="utf-8")) or {}
    return dict(content.get("stages", {}))
