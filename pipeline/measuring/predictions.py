"""What a network says of faces, as they are and seen in several views."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from pipeline.data.dataset import SIZE, Split, as_input
from pipeline.foundation.params import VIEWS
from pipeline.foundation.progress import progress

Predict = Callable[[np.ndarray], np.ndarray]
"""Takes float32 faces (N, 48, 48, 1) of 0..255 and returns probabilities (N, classes)."""
BATCH = 64
MOVE = 2
"""Pixels by which the moved views of a face are moved."""


def predict(
    network: Predict, images: np.ndarray, after_batch: Callable[[], object] = lambda: None
) -> np.ndarray:
    """Probabilities (N, classes) for faces (N, 48, 48) of 0..255, `BATCH` at a time."""
    parts = []
    for start in range(0, len(images), BATCH):
        parts.append(network(as_input(images[start : start + BATCH])))
        after_batch()
    return np.concatenate(parts)


def predict_shown(network: Predict, images: np.ndarray, title: str) -> np.ndarray:
    """As `predict`; `progress`, with `title` before it, tells the time left."""
    with progress(_batches(len(images)), title) as after_batch:
        return predict(network, images, after_batch)


def predict_views(
    network: Predict, splits: Mapping[str, Split], averaging: Mapping[str, str], title: str
) -> dict[str, np.ndarray]:
    """Probabilities (views, N, classes) of every split, those of the faces as they are first.

    `averaging` names the `views` of each split. `progress` tells the time left.
    """
    total = sum(
        VIEWS[averaging[name]] * _batches(len(split.labels)) for name, split in splits.items()
    )
    with progress(total, title) as after_batch:
        return {
            name: np.stack(
                [
                    predict(network, view, after_batch)
                    for view in views(split.images, averaging[name])
                ]
            )
            for name, split in splits.items()
        }


def views(images: np.ndarray, averaging: str) -> Iterator[np.ndarray]:
    """The views of faces (N, 48, 48) that `averaging` names, the faces as they are first."""
    yield images
    if averaging != "none":
        yield images[:, :, ::-1]
    if averaging == "ten":
        wide = np.pad(images, ((0, 0), (MOVE, MOVE), (MOVE, MOVE)), mode="edge")
        for top, left in itertools.product((0, 2 * MOVE), repeat=2):
            moved = wide[:, top : top + SIZE, left : left + SIZE]
            yield moved
            yield moved[:, :, ::-1]


def _batches(faces: int) -> int:
    return math.ceil(faces / BATCH)
