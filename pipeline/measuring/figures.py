"""What is told of a split, from its labels (N,) and a network's probabilities (N, classes)."""

from __future__ import annotations

from typing import Any

import numpy as np

from fer_system.intervals import intervals_95
from fer_system.metrics import accuracy, macro_f1
from pipeline.measuring import metrics


def figures(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """Accuracy, macro-F1, loss and expected calibration error."""
    confusion = _confusion(labels, probabilities)
    return {
        "accuracy": accuracy(confusion),
        "macro_f1": macro_f1(confusion),
        "loss": metrics.cross_entropy(labels, probabilities),
        "calibration_error": metrics.calibration_error(labels, probabilities),
    }


def details(
    labels: np.ndarray, probabilities: np.ndarray, classes: tuple[str, ...]
) -> dict[str, Any]:
    """Precision, recall, F1 and faces per class, and the confusion matrix."""
    confusion = _confusion(labels, probabilities)
    rates = metrics.per_class(confusion)
    return {
        "per_class": {
            name: {rate: float(values[index]) for rate, values in rates.items()}
            | {"faces": int(confusion[index].sum())}
            for index, name in enumerate(classes)
        },
        "confusion": confusion.tolist(),
    }


def uncertainty(
    labels: np.ndarray, probabilities: np.ndarray, temperature: float, rounds: int
) -> dict[str, Any]:
    """95 % intervals, with `rounds` random samples; how well calibrated it was, and could be."""
    return {
        "intervals_95": intervals_95(_confusion(labels, probabilities), rounds),
        "uncalibrated": figures(labels, metrics.tempered(probabilities, 1 / temperature)),
        "calibration_error_by_chance": metrics.calibration_error_by_chance(probabilities, rounds),
    }


def calibration(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, list[float]]:
    """The columns of `metrics.calibration_bins` without the parts that hold no face."""
    parts = metrics.calibration_bins(labels, probabilities)
    filled = parts["faces"] > 0
    return {name: values[filled].tolist() for name, values in parts.items()}


def _confusion(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    return metrics.confusion_matrix(labels, probabilities.argmax(axis=1), probabilities.shape[1])
