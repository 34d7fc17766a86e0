"""FER+: ten people's votes on every face of FER2013, and the labels that most of them agree on.

Barsoum et al. 2016, arXiv:1608.01041. The votes belong to FER2013's rows by position: the k-th
vote of a Usage is on the k-th face of that Usage.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fer_system.emotions import FERPLUS
from pipeline.data.dataset import SPLITS, Split
from pipeline.data.fer2013 import USAGES
from pipeline.foundation.errors import PipelineError

COLUMNS = dict(
    zip(
        FERPLUS,
        ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt"),
        strict=True,
    )
)
"""How FER+ calls each of its classes."""
REJECTIONS = ("unknown", "NF")
"""Votes for no class: cannot tell, and no face."""
NO_LABEL, NO_FACE = -1, -2


class VotesError(PipelineError):
    """The file of votes is missing, or does not belong to the faces."""


def read_votes(path: Path, splits: Sequence[str] = SPLITS) -> dict[str, np.ndarray]:
    """Votes of each of `splits`, int (N, 10): for each class of FERPLUS, then "unknown", "NF".

    Votes on other splits are not looked at.
    """
    votes: dict[str, list[list[int]]] = {split: [] for split in splits}
    names = [*COLUMNS.values(), *REJECTIONS]
    try:
        file = path.open(newline="", encoding="utf-8")
    except FileNotFoundError:
        raise VotesError(
            f"{path} is missing; download fer2013new.csv from "
            "https://github.com/microsoft/FERPlus and put it there"
        ) from None
    with file:
        reader = csv.DictReader(file)
        if missing := [name for name in ("Usage", *names) if name not in (reader.fieldnames or [])]:
            raise VotesError(f"{path}, line 1: no column {' or '.join(missing)}")
        for row in reader:
            if row["Usage"] in USAGES and USAGES[row["Usage"]] not in votes:
                continue
            if fault := _fault(row, names):
                raise VotesError(f"{path}, line {reader.line_num}: {fault}")
            votes[USAGES[row["Usage"]]].append([int(row[name]) for name in names])
    return {split: np.array(rows, int).reshape(-1, len(names)) for split, rows in votes.items()}


def _fault(row: dict[str, str | None], names: list[str]) -> str | None:
    if row["Usage"] not in USAGES:
        return f"Usage is {row['Usage']!r}, not one of {', '.join(USAGES)}"
    for name in names:
        if not (row[name] or "").isdecimal():
            return f"{name} is {row[name]!r}, not a number of votes"
    return None


def majority(votes: np.ndarray) -> np.ndarray:
    """Position in FERPLUS of the class with more than half of a face's votes, int (N,).

    As its authors count: a single vote for something is an outlier and left out. NO_FACE where most
    saw no face, NO_LABEL where most could not tell or no class has the majority.
    """
    counted = np.where(votes > 1, votes, 0)
    first, most = counted.argmax(axis=1), counted.max(axis=1)
    labels = np.where(2 * most > counted.sum(axis=1), first, NO_LABEL)
    labels[labels == len(FERPLUS)] = NO_LABEL
    labels[labels == len(FERPLUS) + 1] = NO_FACE
    return labels


def voted_labels(splits: dict[str, Split], path: Path) -> dict[str, np.ndarray]:
    """The `majority` on every face of `splits`, from the file of votes on these very faces."""
    return {name: majority(votes) for name, votes in _votes_on(splits, path).items()}


def with_votes(train: Split, path: Path) -> Split:
    """The training faces with the shares of votes for each of their classes.

    Only the votes on training faces are read. Those for other classes, or for none, do not count.
    """
    counted = _votes_on({"train": train}, path)["train"][
        :, [FERPLUS.index(c) for c in train.classes]
    ]
    total = counted.sum(axis=1, keepdims=True)
    shares = np.divide(counted, total, out=np.zeros(counted.shape, np.float32), where=total > 0)
    return replace(train, votes=shares)


def _votes_on(splits: dict[str, Split], path: Path) -> dict[str, np.ndarray]:
    votes = read_votes(path, list(splits))
    for name, split in splits.items():
        if len(votes[name]) != len(split.labels):
            raise VotesError(
                f"{path} has votes on {len(votes[name]):,} faces of {name}, but there are "
                f"{len(split.labels):,}; both files must be whole and in their original order"
            )
    return votes


def relabelled(splits: dict[str, Split], voted: dict[str, np.ndarray]) -> dict[str, Split]:
    """The faces that have one of `voted_labels`, under that class; the others are left out."""
    agreed = {}
    for name, split in splits.items():
        kept = voted[name] >= 0
        if not kept.any():
            raise VotesError(f"FER+ agrees on no face of {name}, so it would be empty")
        agreed[name] = Split(split.images[kept], voted[name][kept].astype(np.uint8), FERPLUS)
    return agreed
