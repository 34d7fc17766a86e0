"""Faces that are the same photograph, by the correlation of their thumbnails.

So another size, light or JPEG quality hides no copy; another cut does.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipeline.data.dataset import Split

THUMBNAIL = 16
ALIKE = 0.99
"""Faces whose thumbnails correlate more than this are the same photograph."""
BLOCK = 1024


def thumbnails(images: np.ndarray) -> np.ndarray:
    """Faces (N, 48, 48) as unit vectors (N, 256) whose dot product is their correlation."""
    side = (THUMBNAIL, THUMBNAIL)
    small = [cv2.resize(image, side, interpolation=cv2.INTER_AREA) for image in images]
    flat = np.array(small, np.float32).reshape(len(images), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    unit: np.ndarray = np.divide(flat, length, out=np.zeros_like(flat), where=length > 1e-3)
    return unit


def twins(faces: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each of `faces`, the position in `others` of the same photograph, or -1; int (N,).

    Both are `thumbnails`.
    """
    found = []
    for start in range(0, len(faces), BLOCK):
        alike = faces[start : start + BLOCK] @ others.T
        found.append(np.where(alike.max(axis=1) > ALIKE, alike.argmax(axis=1), -1))
    return np.concatenate(found)


def photographs(images: np.ndarray) -> np.ndarray:
    """The number, from 0, of the photograph that each face (N, 48, 48) is of; int (N,).

    Two faces that are not alike are of one photograph all the same where others join them: the
    pictures of a burst are such a chain.
    """
    faces = thumbnails(images)
    firsts, seconds = [], []
    for start in range(0, len(faces), BLOCK):
        first, second = np.nonzero(faces[start : start + BLOCK] @ faces[start:].T > ALIKE)
        firsts.append(first + start)
        seconds.append(second + start)
    pairs = np.concatenate(firsts), np.concatenate(seconds)
    graph = coo_array((np.ones(len(pairs[0]), bool), pairs), shape=(len(faces), len(faces)))
    numbers: np.ndarray = connected_components(graph, directed=False)[1]
    return numbers


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
