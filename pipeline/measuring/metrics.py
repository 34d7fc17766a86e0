"""Figures of a classifier, as pure functions of labels and probabilities.

`labels` and `predictions` are integers (N,), `probabilities` floats (N, classes) whose rows sum
to 1, `confusion` counts (classes, classes): actual class down, predicted class across.
"""

from __future__ import annotations

import numpy as np
from scipy.special import softmax
from sklearn.isotonic import IsotonicRegression

from pipeline.measuring.bins import BINS, bin_of


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """How often each actual class (row) was predicted as each class (column)."""
    pairs = labels.astype(np.int64) * classes + predictions
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def per_class(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall and F1 of each class, floats (classes,) in 0..1; 0 where 0/0."""
    hits = np.diag(confusion).astype(float)
    predicted, actual = confusion.sum(axis=0), confusion.sum(axis=1)
    return {
        "precision": _ratio(hits, predicted),
        "recall": _ratio(hits, actual),
        "f1": _ratio(2 * hits, predicted + actual),
    }


def cross_entropy(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean negative log-probability of the actual class, in nats; below 1e-7 counts as 1e-7."""
    chosen = probabilities[np.arange(len(labels)), labels].astype(float)
    return float(-np.log(np.clip(chosen, 1e-7, 1)).mean())


def calibration_bins(
    labels: np.ndarray, probabilities: np.ndarray, bins: int = BINS
) -> dict[str, np.ndarray]:
    """Faces by the probability of their predicted class, in `bins` equal parts of 0..1.

    `faces` counts them, `confidence` is their mean probability and `accuracy` the share that is
    right, both 0 in an empty part; each (bins,).
    """
    confidence = probabilities.max(axis=1).astype(float)
    right = probabilities.argmax(axis=1) == labels
    part = bin_of(confidence, bins)
    faces = np.bincount(part, minlength=bins)
    return {
        "faces": faces,
        "confidence": _ratio(np.bincount(part, confidence, bins), faces),
        "accuracy": _ratio(np.bincount(part, right, bins), faces),
    }


def calibration_error(labels: np.ndarray, probabilities: np.ndarray, bins: int = BINS) -> float:
    """Expected calibration error, 0..1 (Guo et al. 2017, arXiv:1706.04599, equation 3).

    The gap between confidence and accuracy of each part of `calibration_bins`, weighed by faces.
    """
    parts = calibration_bins(labels, probabilities, bins)
    gaps = np.abs(parts["accuracy"] - parts["confidence"])
    return float((gaps * parts["faces"]).sum() / len(labels))


def calibration_error_by_chance(probabilities: np.ndarray, rounds: int, seed: int = 0) -> float:
    """The calibration error that probabilities show on so few faces even where they are true.

    The mean over `rounds` sets of labels that are drawn by the probabilities themselves.
    """
    random = np.random.default_rng(seed)
    edges = probabilities.astype(float).cumsum(axis=1)
    edges[:, -1] = 1  # float32 sums to a little less or more
    errors = []
    for _ in range(rounds):
        drawn = (edges > random.random((len(edges), 1))).argmax(axis=1)
        errors.append(calibration_error(drawn, probabilities))
    return float(np.mean(errors))


def label_threshold(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The probability from which on the most probable class is right at least every second time.

    By isotonic regression of being right on the probability given (Zadrozny & Elkan 2002); 1.0
    where no probability is enough.
    """
    right = probabilities.argmax(axis=1) == labels
    confidence = probabilities.max(axis=1)
    fitted = IsotonicRegression().fit_transform(confidence, right)
    return float(confidence[fitted >= 0.5].min(initial=1.0))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """What the probabilities would be with their logits divided by `temperature`."""
    logits = np.log(np.clip(probabilities.astype(float), 1e-12, 1))
    told: np.ndarray = softmax(logits / temperature, axis=1)
    return told


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    ratio = np.zeros(len(part))
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
