"""What a run in MLflow calls its figures and parameters: one name each, however they came about.

| names | what they are |
|---|---|
| `train/accuracy`, `train/loss`, `train/seconds` | curves: each epoch on training faces, changed |
| `val/accuracy`, `val/loss` | curves: every epoch on the validation faces |
| `best/val/...`, `test/...` | the kept network on the validation and the test faces |
| `best/train/accuracy` | the kept network on the training faces, unchanged |
| `cost/parameters`, `cost/milliseconds_per_face`, `cost/seconds_per_epoch` | what it costs |
| `system/...` | the machine from the second epoch on, by MLflow's own names |

`...` are `accuracy`, `macro_f1`, `loss` and `calibration_error`. The kept network's figures have
names of their own, so that a column of MLflow's list shows them and a chart shows the curves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DIGITS = 4
CURVES = {
    "val_accuracy": "val/accuracy",
    "val_loss": "val/loss",
    "accuracy": "train/accuracy",
    "loss": "train/loss",
    "seconds": "train/seconds",
}
"""The curve of each figure that an epoch ends with; MLflow's Compare opens with the first."""
KEPT = {"train": "best/train", "validation": "best/val", "val": "best/val", "test": "test"}
"""Under what stand the kept network's figures on each split."""
CALLED = {"augmentation": "image_augmentation", "distil": "knowledge_distillation"}
"""Settings that have another name in MLflow. Compare opens with the first three that differ, in the
alphabet's order, and has no room there for long texts."""
USUAL = {
    "monitor": "val_accuracy",
    "loss": "categorical_crossentropy",
    "precision": "float32",
    "devices": 1,
}
"""What a recipe says where it says nothing worth a column."""


def curve_metrics(row: Mapping[str, float]) -> dict[str, float]:
    """The figures that an epoch ended with, by their curves."""
    return {curve: round(row[name], DIGITS) for name, curve in CURVES.items() if name in row}


def kept_metrics(figures: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The kept network's figures, which come by split."""
    return {
        f"{KEPT[split]}/{name}": round(float(value), DIGITS)
        for split, of_split in figures.items()
        for name, value in of_split.items()
        if split != "train" or name == "accuracy"
    }


def cost_metrics(cost: Mapping[str, float]) -> dict[str, float]:
    """What a model costs."""
    return {f"cost/{name}": round(value, DIGITS) for name, value in cost.items()}


def short_params(recipe: Mapping[str, Any]) -> dict[str, str]:
    """What tells recipes apart, a short text each: what is off or usual is left out.

    A network is its `architecture` and its `layers`; other settings within one are a text.
    """
    layers = {**recipe["network"]}
    named = {"architecture": layers.pop("name"), **recipe, "layers": layers}
    del named["network"]
    told = {name: _text(value) for name, value in named.items() if _tells(name, value, recipe)}
    return {CALLED.get(name, name): text for name, text in told.items() if text}


def _tells(name: str, value: Any, recipe: Mapping[str, Any]) -> bool:  # noqa: ANN401
    if name == "patience":
        return bool(value < recipe["epochs"])
    return name == "seed" or bool(value and value != USUAL.get(name))


def _text(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, Mapping):
        return ", ".join(_part(name, part) for name, part in value.items() if part)
    if isinstance(value, list | tuple):
        between = " " if any(isinstance(part, list | tuple) for part in value) else "-"
        return between.join(map(_text, value))
    return str(value)


def _part(name: str, value: Any) -> str:  # noqa: ANN401
    if value is True:
        return name
    return f"{name} {value:g}" if isinstance(value, float) else f"{name} {_text(value)}"
