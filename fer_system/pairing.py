"""Which face of one picture is which of another, by place and size."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from .placement import Box


class Placed(Protocol):
    """A face with a box: (left, top, width, height) in pixels, at least one wide and high."""

    @property
    def box(self) -> Box:
        """Where it is."""


def distances(faces: Sequence[Placed], others: Sequence[Placed]) -> np.ndarray:
    """How far apart boxes are, (faces, others): 1 for a side's length, or for twice the size."""
    x, y, size = _places(faces)[:, :, np.newaxis]
    other_x, other_y, other_size = _places(others)[:, np.newaxis]
    moved = np.hypot(x - other_x, y - other_y) / ((size + other_size) / 2)
    distance: np.ndarray = moved + np.abs(np.log2(size / other_size))
    return distance


def pair(
    faces: Sequence[Placed], others: Sequence[Placed], farthest: float = 1.0
) -> dict[int, int]:
    """Positions in `faces` -> positions in `others`, the closest pairs first."""
    apart = distances(faces, others)
    return match(np.where(apart < farthest, apart, np.inf))


def match(costs: np.ndarray) -> dict[int, int]:
    """Rows -> columns of `costs`, the cheapest pairs first; those that cost infinity are none."""
    order = np.argsort(costs, axis=None, kind="stable")[: np.isfinite(costs).sum()]
    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for row, column in zip(
        *(at.tolist() for at in np.unravel_index(order, costs.shape)), strict=True
    ):
        if row not in chosen and column not in taken:
            chosen[row] = column
            taken.add(column)
    return chosen


def _places(faces: Sequence[Placed]) -> np.ndarray:
    """Middle and size of each, (3, faces)."""
    left, top, width, height = np.array([face.box for face in faces], float).reshape(-1, 4).T
    return np.stack([left + width / 2, top + height / 2, np.sqrt(width * height)])
