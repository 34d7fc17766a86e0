"""Figures of a classifier, as pure functions of labels and probabilities.

`labels` and `predictions` are integers (N,), `probabilities` floats (N, classes) whose rows sum
to 1, `confusion` counts (classes, classes): actual class down, predicted class across.
"""

from __future__ import annotations

import numpy as np


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """How often each actual class (row) was predicted as each class (column)."""
    pairs = labels.astype(np.int64) * classes + predictions
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def accuracy(confusion: np.ndarray) -> float:
    """Share of faces whose class was predicted right, 0..1."""
    return float(np.trace(confusion) / confusion.sum())


def per_class(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall and F1 of each class, floats (classes,) in 0..1; 0 where 0/0."""
    hits = np.diag(confusion).astype(float)
    predicted, actual = confusion.sum(axis=0), confusion.sum(axis=1)
    return {
        "precision": _ratio(hits, predicted),
        "recall": _ratio(hits, actual),
        "f1": _ratio(2 * hits, predicted + actual),
    }


def macro_f1(confusion: np.ndarray) -> float:
    """Mean F1 over the classes, each weighing the same, 0..1."""
    return float(per_class(confusion)["f1"].mean())


def cross_entropy(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean negative log-probability of the actual class, in nats; below 1e-7 counts as 1e-7."""
    chosen = probabilities[np.arange(len(labels)), labels].astype(float)
    return float(-np.log(np.clip(chosen, 1e-7, 1)).mean())


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
