"""Which code a training ran with, and what its run is called."""

from __future__ import annotations

import os
import subprocess

from pipeline.foundation.params import REPOSITORY

CHANGES = "+changes"
"""Follows a commit from which code or params differ."""


def git_commit() -> str:
    """The commit that is checked out, and CHANGES where code or params differ; "" without Git."""
    try:
        head = _git("rev-parse", "HEAD")
        changed = _git("diff", "--quiet", "HEAD", "--", "pipeline", "params.yaml").returncode == 1
    except FileNotFoundError:
        return ""
    return head.stdout.strip() + CHANGES * changed if head.returncode == 0 else ""


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


def run_name(model: str, commit: str) -> str:
    """What tells a run apart in MLflow's list: its model, and its DVC experiment or its commit."""
    return f"{model} {os.environ.get('DVC_EXP_NAME') or commit[:7]}".strip()
