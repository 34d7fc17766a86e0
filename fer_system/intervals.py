"""How far a figure may be off because it is of so many faces and no more."""

from math import sqrt
from statistics import NormalDist

import numpy as np

from .metrics import accuracy, macro_f1

LEVEL = 0.95
ROUNDS = 2000
FEW_FACES = 100
"""Fewer faces tell little: an interval of accuracy is then some 20 points wide."""
_TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)

Interval = dict[str, float]
"""`low` and `high`, both 0..1."""


def intervals_95(confusion: np.ndarray, rounds: int = ROUNDS, seed: int = 0) -> dict[str, Interval]:
    """95 % intervals of accuracy and macro-F1; `confusion` counts at least one face.

    Accuracy has Wilson's. Macro-F1 has that of `rounds` bootstrap samples (Efron & Tibshirani 1993,
    percentiles), but reaches as far to either side as accuracy's at least: where all faces or
    nearly all are right, so are they in every sample, as if nothing could ever go wrong.
    `python -m benchmarks.coverage` shows how often they hold the truth.
    """
    right, faces = int(np.trace(confusion)), int(confusion.sum())
    share, (low, high) = accuracy(confusion), wilson(right, faces)
    f1, drawn = macro_f1(confusion), _bootstrapped(confusion, rounds, seed)
    return {
        "accuracy": {"low": low, "high": high},
        "macro_f1": {
            "low": max(0.0, min(drawn[0], f1 - (share - low))),
            "high": min(1.0, max(drawn[1], f1 + (high - share))),
        },
    }


def warning_of(faces: int) -> str:
    """A sentence of warning where figures are of fewer than `FEW_FACES`; empty elsewhere."""
    if faces >= FEW_FACES:
        return ""
    counted = "one face is" if faces == 1 else f"{faces} faces are"
    return f"{counted} few: below {FEW_FACES}, chance alone moves figures by many points"


def wilson(right: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion: `right` of `total`, which is at least 1.

    https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
    """
    share, z = right / total, NormalDist().inv_cdf(_TAILS[1])
    centre = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    spread = sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    half = z * spread / (1 + z**2 / total)
    return centre - half if right else 0.0, centre + half if right < total else 1.0


def _bootstrapped(confusion: np.ndarray, rounds: int, seed: int) -> tuple[float, float]:
    """The middle 95 % of macro-F1 in samples of as many faces, drawn with replacement."""
    random = np.random.default_rng(seed)
    faces, filled = int(confusion.sum()), np.nonzero(confusion)
    shares = confusion[filled] / faces
    figures, sample = [], np.zeros_like(confusion)
    for _ in range(rounds):
        sample[filled] = random.multinomial(faces, shares)
        figures.append(macro_f1(sample))
    low, high = np.quantile(figures, _TAILS)
    return float(low), float(high)
