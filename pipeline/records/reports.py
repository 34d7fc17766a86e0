"""The reports on each model: where they lie, and what stands in them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from pipeline.foundation.params import REPOSITORY

REPORTS = REPOSITORY / "reports" / "models"


def folder_of(model: str) -> Path:
    """Where `train` and `evaluate` write what they know of a model."""
    return REPORTS / model


def read_report(model: str, file: str) -> dict[str, Any]:
    """One of a model's JSON files; FileNotFoundError says how to make it."""
    return json.loads(_existing(model, file).read_text(encoding="utf-8"))


def read_history(model: str) -> list[dict[str, float]]:
    """The figures of every epoch of a model's training; FileNotFoundError says how to make them."""
    with _existing(model, "history.csv").open(newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def _existing(model: str, file: str) -> Path:
    path = folder_of(model) / file
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; make it with `dvc repro`")
    return path
