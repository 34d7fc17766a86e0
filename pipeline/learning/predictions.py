"""What a network says of all faces of a split, in memory for a few of them."""

from __future__ import annotations

import keras
import numpy as np

from pipeline.data.dataset import as_input

BATCH = 512
"""Faces that are predicted at once: no more fit the caches of a CPU, and a GPU is filled."""
FACES_AT_ONCE = 8 * BATCH
"""Faces that lie in memory as floats: 38 MB."""


def logits_of_faces(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Logits, float32 (N, classes), by a `network` that gives logits, of faces (N, 48, 48)."""
    parts = [
        network.predict(as_input(images[start : start + FACES_AT_ONCE]), BATCH, verbose=0)
        for start in range(0, len(images), FACES_AT_ONCE)
    ]
    return np.concatenate(parts)
