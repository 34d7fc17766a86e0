"""Stage: the tables under reports/ -> reports/pictures/, as pictures for people.

It measures nothing: what is drawn stands in the reports, so another look costs no other stage.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.foundation.errors import run
from pipeline.foundation.params import load_params
from pipeline.pictures import plots
from pipeline.records.card import read_champion
from pipeline.records.reports import (
    PICTURES,
    REPORTED,
    read_distribution,
    read_history,
    read_report,
    read_robustness,
)
from pipeline.records.rivals import entries_of, read_compared


def draw_model(name: str, folder: Path) -> None:
    """Draw confusion, rates per class, calibration and history of one model."""
    draw_confusion(name, folder / "confusion.png")
    draw_per_class(name, folder / "per_class.png")
    draw_calibration(name, folder / "calibration.png")
    best = read_report(name, "training", "best_epoch")["best_epoch"]
    plots.save_history(read_history(name), best, folder / "history.png")


def draw_confusion(name: str, path: Path) -> None:
    """Draw the confusion matrices of all splits, side by side."""
    splits = REPORTED.values()
    details = read_report(name, "details", *(f"{split}.confusion" for split in splits))
    figures = read_report(name, "figures", *(f"{split}.accuracy" for split in splits))
    panels = {
        f"{name}: {split} accuracy {figures[split]['accuracy']:.2%}": np.array(
            details[split]["confusion"]
        )
        for split in splits
    }
    plots.save_confusion(panels, list(details["test"]["per_class"]), path)


def draw_per_class(name: str, path: Path) -> None:
    """Draw precision, recall and F1 of every class on the test split."""
    classes = read_report(name, "details", "test.per_class")["test"]["per_class"]
    rates = {
        rate: np.array([values[rate] for values in classes.values()])
        for rate in ("precision", "recall", "f1")
    }
    plots.save_per_class(rates, list(classes), f"{name}: test", path)


def draw_calibration(name: str, path: Path) -> None:
    """Draw how often the model is right by how sure it is, before and after calibration."""
    test = read_report(
        name,
        "details",
        "test.calibration",
        "test.calibration_before",
        "test.uncalibrated.calibration_error",
    )["test"]
    after = read_report(name, "figures", "test.calibration_error")["test"]["calibration_error"]
    before = test["uncalibrated"]["calibration_error"]
    panels = {
        f"test, before calibration: error {before:.1%}": test["calibration_before"],
        f"test, after calibration: error {after:.1%}": test["calibration"],
    }
    plots.save_calibration(panels, path)


def remove_others(folder: Path, models: list[str]) -> None:
    """Remove the pictures of models that are no longer listed."""
    for picture in folder.glob("*/*.png"):
        if picture.parent.name not in models:
            picture.unlink()


def main() -> None:
    """Draw what every stage found."""
    models = load_params().trained
    plots.save_distribution(read_distribution(), PICTURES / "distribution.png")
    for name in models:
        draw_model(name, PICTURES / name)
    measured = {row.pop("faces"): row for row in read_robustness()}
    plots.save_robustness(measured, PICTURES / "robustness.png")
    ours = {entry["name"] for entry in entries_of(read_champion())}
    plots.save_rivals(read_compared(), ours, PICTURES / "rivals.png")
    remove_others(PICTURES, models)


if __name__ == "__main__":
    run(main)
