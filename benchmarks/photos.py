"""Photographs of a folder, in which faces are looked for again after something was done to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from fer_system import Face, load_picture
from fer_system.folder import is_named_like_a_picture


def photos_in(folder: Path) -> dict[str, np.ndarray]:
    """The pictures of a folder by name, uint8 RGB (height, width, 3)."""
    names = sorted(path.name for path in folder.iterdir() if is_named_like_a_picture(path.name))
    if not names:
        raise SystemExit(f"{folder} holds no picture; give a folder of photographs.")
    return {name: load_picture(folder / name) for name in names}


def scaled(picture: np.ndarray, factor: float) -> np.ndarray:
    """`picture` so many times as large."""
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=method)


def middle(face: Face) -> np.ndarray:
    """The middle of a face's square, x and y in pixels."""
    assert face.square is not None
    left, top, side = face.square
    return np.array([left + side / 2, top + side / 2])


def matched(
    faces: Sequence[Face], middles: Sequence[np.ndarray], sides: Sequence[float]
) -> list[Face | None]:
    """For each place, the face whose middle is the nearest within half the side there, or None.

    A face stands for one place.
    """
    left = list(faces)
    pairs: list[Face | None] = []
    for place, side in zip(middles, sides, strict=True):
        near = min(left, key=lambda face: _distance(face, place), default=None)
        if near is not None and _distance(near, place) < side / 2:
            left.remove(near)
            pairs.append(near)
        else:
            pairs.append(None)
    return pairs


def _distance(face: Face, place: np.ndarray) -> float:
    return float(np.hypot(*(middle(face) - place)))
