"""What lies under reports/: where it is, and what stands in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.foundation.params import REPOSITORY
from pipeline.records.files import read_json, read_table

REPORTS = REPOSITORY / "reports"
PICTURES = REPORTS / "pictures"
"""Every picture that the stage `draw` makes."""
METRICS = REPORTS / "metrics"
"""What DVC shows of each model: a few of its figures."""
REPORTED = {"train": "train", "val": "validation", "test": "test"}
"""What the reports call the split of each file in data/arrays."""


def folder_of(model: str) -> Path:
    """Where `train` and `evaluate` write what they know of a model."""
    return REPORTS / "models" / model


def read_report(model: str, name: str, *keys: str) -> dict[str, Any]:
    """A model's `training`, `figures`, `details` or `cost`; all of `keys` are in it.

    MissingFileError and DamagedFileError say how to make it.
    """
    return read_json(folder_of(model) / f"{name}.json", "dvc repro", *keys)


def read_history(model: str) -> list[dict[str, float]]:
    """The figures of every epoch of a model's training; errors as of `read_report`."""

    def read(row: dict[str, str]) -> dict[str, float]:
        return {name: float(value) for name, value in row.items()}

    return read_table(folder_of(model) / "history.csv", "dvc repro", read)


def read_distribution() -> list[tuple[str, str, int]]:
    """(split, class, number of faces) of every class of every split; errors as of `read_table`."""
    return read_table(
        REPORTS / "data" / "distribution.csv",
        "dvc repro convert",
        lambda row: (row["split"], row["class"], int(row["faces"])),
    )


def read_robustness() -> list[dict[str, Any]]:
    """`faces`, how they were spoilt, and figures on them, unspoilt first; errors as above."""

    def read(row: dict[str, str]) -> dict[str, Any]:
        figures = {name: float(row[name]) for name in ("accuracy", "calibration_error")}
        return {"faces": row["faces"], **figures}

    return read_table(REPORTS / "robustness" / "robustness.csv", "dvc repro robustness", read)
