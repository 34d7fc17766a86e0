"""What a network says of all faces of a split, in memory for a few of them."""

from __future__ import annotations

import keras
import numpy as np

from pipeline.data.dataset import as_input, chunks

BATCH = 512
"""Faces that are predicted at once: no more fit the caches of a CPU, and a GPU is filled."""


def logits_of_faces(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Logits, float32 (N, classes), by a `network` that gives logits, of faces (N, 48, 48)."""
    parts = [network.predict(as_input(part), BATCH, verbose=0) for part in chunks(images)]
    return np.concatenate(parts)
