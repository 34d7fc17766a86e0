"""Faces that are the same photograph, by the correlation of their thumbnails.

So another size, light or JPEG quality hides no copy; another cut does. Unit vectors that are alike
lie near each other, along a few axes too: there a k-d tree finds all pairs that can be alike, and
no more than those are compared. Exact copies are compared once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import cv2
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from pipeline.data.dataset import CHUNK, Split, chunks

THUMBNAIL = 16
ALIKE = 0.99
"""Faces whose thumbnails correlate more than this are the same photograph."""
REACH = (2 * (1 - ALIKE)) ** 0.5 + 1e-4
"""How far apart unit vectors that are alike lie at most, with room for rounding."""
AXES = 12
"""More tell more pairs apart, fewer are searched faster."""
SAMPLE = 2000
"""Faces whose vectors give the axes."""
PAIRS = 1 << 18
"""Pairs that are found at once."""


def thumbnails(images: np.ndarray) -> np.ndarray:
    """Faces (N, 48, 48) as small as they are compared: uint8 (N, 256) grey levels."""
    side, small = (THUMBNAIL, THUMBNAIL), np.empty((len(images), THUMBNAIL**2), np.uint8)
    faces = (face for part in chunks(images) for face in part)
    for row, face in zip(small, faces, strict=True):
        row[:] = cv2.resize(face, side, interpolation=cv2.INTER_AREA).ravel()
    return small


def unit_vectors(faces: np.ndarray) -> np.ndarray:
    """Thumbnails as float32 (N, 256) whose dot product is their correlation; zeros of flat ones."""
    flat = faces.astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    unit: np.ndarray = np.divide(flat, length, out=np.zeros_like(flat), where=length > 1e-3)
    return unit


def twins(faces: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each of `faces`, the position in `others` of the same photograph, or -1; int (N,).

    The first of those that are most alike. Both are `thumbnails`.
    """
    copies = first_copies(faces)
    found = np.full(len(faces), -1)
    for own, other in _near(faces, others):
        likeness = _likeness(faces, others, own, other)
        order = np.lexsort((other, -likeness, own))
        order = order[likeness[order] > ALIKE]
        rows, best = np.unique(own[order], return_index=True)
        found[rows] = other[order][best]
    return np.where(copies < 0, -1, found[copies])


def photographs(images: np.ndarray) -> np.ndarray:
    """The number, from 0, of the photograph that each face (N, 48, 48) is of; int (N,).

    Two faces that are not alike are of one photograph all the same where others join them: the
    pictures of a burst are such a chain.
    """
    faces = thumbnails(images)
    copies = first_copies(faces)
    first = np.where(copies < 0, np.arange(len(faces)), copies)
    for one, other in _near(faces, faces):
        apart = first[one] != first[other]  # a burst is not compared all with all
        one, other = one[apart], other[apart]
        alike = _likeness(faces, faces, one, other) > ALIKE
        first = _joined(first, one[alike], other[alike])
    numbers: np.ndarray = np.unique(first, return_inverse=True)[1]
    return numbers


def first_copies(faces: np.ndarray) -> np.ndarray:
    """The position of the first exact copy of each thumbnail, or -1 of a flat one; int (N,)."""
    digests = [hashlib.blake2b(face, digest_size=16).digest() for face in faces]
    _, first, number = np.unique(
        np.array(digests, np.dtype("V16")), return_index=True, return_inverse=True
    )
    return np.where(faces.min(axis=1) == faces.max(axis=1), -1, first[number])


def _near(faces: np.ndarray, others: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions in `faces` and in `others` of all pairs that can be alike, some at a time.

    Of exact copies the first alone. A face's pairs come together, and none with itself alone.
    """
    own, known = _first_alone(faces), _first_alone(others)
    axes = _main_axes(others)
    points, tree = _along(axes, faces, own), cKDTree(_along(axes, others, known))
    order = cKDTree(points).indices  # neighbours one after the other are found twice as fast
    counts = tree.query_ball_point(points[order], REACH, return_length=True, workers=-1)
    has_any = counts > (1 if faces is others else 0)
    order, counts = order[has_any], counts[has_any]
    cuts = np.flatnonzero(np.diff(np.cumsum(counts) // PAIRS)) + 1
    for rows, numbers in zip(np.split(order, cuts), np.split(counts, cuts), strict=True):
        if len(rows):
            found = np.concatenate(tree.query_ball_point(points[rows], REACH)).astype(int)
            yield own[np.repeat(rows, numbers)], known[found]


def _first_alone(faces: np.ndarray) -> np.ndarray:
    return np.flatnonzero(first_copies(faces) == np.arange(len(faces)))


def _main_axes(faces: np.ndarray) -> np.ndarray:
    """Orthonormal axes (256, AXES) along which the unit vectors are long."""
    sample = unit_vectors(faces[:: len(faces) // SAMPLE + 1]).astype(float)
    axes: np.ndarray = np.linalg.eigh(sample.T @ sample)[1][:, -AXES:]
    return axes


def _along(axes: np.ndarray, faces: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The unit vectors of these rows along the axes, float64 (len(rows), AXES)."""
    starts = range(0, len(rows), CHUNK)
    parts = [unit_vectors(faces[rows[start : start + CHUNK]]) @ axes for start in starts]
    return np.concatenate([np.empty((0, AXES)), *parts])


def _likeness(
    faces: np.ndarray, others: np.ndarray, own: np.ndarray, other: np.ndarray
) -> np.ndarray:
    """The correlation of each pair of positions, float32 (len(own),)."""
    parts = [np.empty(0, np.float32)]
    for start in range(0, len(own), CHUNK):
        pairs = slice(start, start + CHUNK)
        one, two = unit_vectors(faces[own[pairs]]), unit_vectors(others[other[pairs]])
        parts.append(np.einsum("ij,ij->i", one, two))
    return np.concatenate(parts)


def _joined(first: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The first face of each face's photograph, (N,), where those of `one` and `other` are one."""
    ends, shape = (first[one], first[other]), (len(first), len(first))
    graph = coo_array((np.ones(len(one), bool), ends), shape=shape)
    _, label = connected_components(graph, directed=False)
    lowest = np.unique(label, return_index=True)[1]
    joined: np.ndarray = lowest[label[first]]
    return joined


def duplicates(splits: dict[str, Split]) -> dict[str, dict[str, int]]:
    """How many faces of validation and test are in an earlier split too, and with which label."""
    seen = {name: thumbnails(split.images) for name, split in splits.items()}
    result = {}
    for name, other in (("val", "train"), ("test", "train"), ("test", "val")):
        twin = twins(seen[name], seen[other])
        labels = splits[name].labels[twin >= 0]
        differ = int((labels != splits[other].labels[twin[twin >= 0]]).sum())
        result[f"{name} in {other}"] = {"faces": len(labels), "labelled differently": differ}
    return result
