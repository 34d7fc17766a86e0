"""How often the 95 % intervals hold the truth, by simulation: `python -m benchmarks.coverage`.

Test sets of different sizes are drawn from a world whose accuracy and macro-F1 are known: that of
the champion on FER2013, whose classes are of very different sizes, and worlds of two and of seven
classes of one size, in which 95 or 99 of 100 faces are recognised. Beside ours stands the plain
bootstrap, which takes 13 of 13 for certain.
"""

from __future__ import annotations

import json

import numpy as np

from fer_system.intervals import intervals_95
from fer_system.metrics import accuracy, macro_f1
from pipeline.foundation.params import REPOSITORY

SETS = 400
ROUNDS = 400
SIZES = (13, 40, 100, 400, 3589)


def even(classes: int, right: float) -> np.ndarray:
    """Shares (classes, classes) that sum to 1: classes of one size, `right` of each recognised."""
    wrong = (1 - right) / (classes - 1)
    return (np.full((classes, classes), wrong) + np.eye(classes) * (right - wrong)) / classes


def worlds() -> dict[str, np.ndarray]:
    """The shares of each world by its name."""
    card = json.loads((REPOSITORY / "models" / "best.json").read_text(encoding="utf-8"))
    champion = np.array(card["test_confusion"])
    return {
        f"{card['model']}, test": champion / champion.sum(),
        "2 classes, 95 %": even(2, 0.95),
        "2 classes, 99 %": even(2, 0.99),
        "7 classes, 95 %": even(7, 0.95),
        "7 classes, 99 %": even(7, 0.99),
    }


def bootstrap(confusion: np.ndarray, rounds: int, seed: int) -> dict[str, dict[str, float]]:
    """The plain percentile bootstrap of both figures, as `intervals_95` has them."""
    random, faces = np.random.default_rng(seed), int(confusion.sum())
    drawn = random.multinomial(faces, confusion.ravel() / faces, size=rounds)
    samples = drawn.reshape(rounds, *confusion.shape)
    told = {}
    for name, figure in (("accuracy", accuracy), ("macro_f1", macro_f1)):
        low, high = np.quantile([figure(sample) for sample in samples], (0.025, 0.975))
        told[name] = {"low": float(low), "high": float(high)}
    return told


def coverage(
    shares: np.ndarray, faces: int, sets: int = SETS, rounds: int = ROUNDS, seed: int = 0
) -> dict[str, float]:
    """The share of `sets` test sets of so many `faces` whose interval holds the true figure."""
    truth = {"accuracy": accuracy(shares), "macro_f1": macro_f1(shares)}
    random = np.random.default_rng(seed)
    held = dict.fromkeys(
        ("accuracy", "macro_f1", "accuracy, bootstrap", "macro_f1, bootstrap"), 0.0
    )
    for number in range(sets):
        drawn = random.multinomial(faces, shares.ravel()).reshape(shares.shape)
        ours, plain = intervals_95(drawn, rounds, number), bootstrap(drawn, rounds, number)
        for name, value in truth.items():
            held[name] += ours[name]["low"] <= value <= ours[name]["high"]
            held[f"{name}, bootstrap"] += plain[name]["low"] <= value <= plain[name]["high"]
    return {name: count / sets for name, count in held.items()}


def main() -> None:
    """Print the table."""
    for name, shares in worlds().items():
        for faces in SIZES:
            told = coverage(shares, faces)
            line = "  ".join(f"{each} {share:4.0%}" for each, share in told.items())
            print(f"{name:16} {faces:5} faces  {line}", flush=True)


if __name__ == "__main__":
    main()
