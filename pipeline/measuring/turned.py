"""Faces turned aside, lowered and raised, made of frontal ones, and what a label of them is worth.

A face is taken for half a cylinder whose axis lies upright or across, as wide as the picture. What
turns away behind its edge is hidden; beyond the edge the picture's border is repeated. A detector
keeps the face in the middle, half of which is modelled: the picture follows half the way.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.data.dataset import Split
from pipeline.measuring.metrics import label_threshold
from pipeline.measuring.predictions import Predict, predict_shown

WAYS = {"aside": (60.0, 0.0), "lowered": (0.0, 45.0), "raised": (0.0, -45.0)}
"""Degrees to the picture's right and downwards; one side stands for both."""
FOLLOWED = 0.5


def turned(face: np.ndarray, aside: float, down: float) -> np.ndarray:
    """A face, uint8 (side, side), turned by so many degrees; of the same shape and type."""
    side = len(face)
    columns = np.tile(_source(side, aside), (side, 1))
    rows = np.tile(_source(side, down)[:, np.newaxis], (1, side))
    made: np.ndarray = cv2.remap(
        face, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return made


def label_worth(network: Predict, faces: Split) -> dict[str, dict[str, float]]:
    """Accuracy and `label_threshold` of a network on `faces` turned in each of WAYS."""
    told = {}
    for way, degrees in WAYS.items():
        images = np.stack([turned(face, *degrees) for face in faces.images])
        probabilities = predict_shown(network, images, f"faces {way}")
        told[way] = {
            "accuracy": float((probabilities.argmax(axis=1) == faces.labels).mean()),
            "threshold": label_threshold(faces.labels, probabilities),
        }
    return told


def _source(side: int, degrees: float) -> np.ndarray:
    """Where each of `side` pixels in a line comes from, in pixels, float32 (side,)."""
    angle = np.radians(degrees)
    places = (np.arange(side) + 0.5) / side * 2 - 1 + FOLLOWED * np.sin(angle)
    around = np.arcsin(np.clip(places, -1, 1)) - angle
    seen = np.sin(np.clip(around, -np.pi / 2, np.pi / 2))
    pixels: np.ndarray = ((seen + 1) / 2 * side - 0.5).astype(np.float32)
    return pixels
