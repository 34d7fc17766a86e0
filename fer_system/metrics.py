"""Figures of labelled faces: pure functions of a confusion matrix."""

from collections.abc import Iterable, Sequence

import numpy as np


def confusion_matrix(pairs: Iterable[tuple[str, str]], classes: Sequence[str]) -> np.ndarray:
    """Counts, int (classes, classes): actual class down, predicted class across.

    `pairs` are (actual, predicted) names out of `classes`.
    """
    place = {name: number for number, name in enumerate(classes)}
    confusion = np.zeros((len(classes), len(classes)), int)
    for actual, predicted in pairs:
        confusion[place[actual], place[predicted]] += 1
    return confusion


def accuracy(confusion: np.ndarray) -> float:
    """Share of faces whose class was predicted right, 0..1; `confusion` counts at least one."""
    return float(np.trace(confusion) / confusion.sum())


def macro_f1(confusion: np.ndarray) -> float:
    """Mean F1, 0..1, over the classes that occur, actual or predicted; each weighs the same.

    The project's one rule, and that of scikit-learn's `f1_score(average="macro")`: a class that is
    neither shown nor predicted has no F1 and is left out. `confusion` counts at least one face.
    """
    either = confusion.sum(axis=0) + confusion.sum(axis=1)
    return float((2 * np.diag(confusion)[either > 0] / either[either > 0]).mean())
