"""Equal parts of 0..1 into which probabilities are sorted to see how true they are."""

from __future__ import annotations

import numpy as np

BINS = 15


def bin_of(confidence: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Which of `bins` equal parts of 0..1 each confidence lies in, counted from 0."""
    part: np.ndarray = np.ceil(confidence * bins).astype(int) - 1
    return part.clip(0, bins - 1)
