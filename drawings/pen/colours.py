"""Colours, RGB from 0 to 255."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Colour = Sequence[float] | np.ndarray


def mix(a: Colour, b: Colour, share: float) -> np.ndarray:
    """Colour `a` with a share of `b` in it."""
    return np.array(a, float) * (1 - share) + np.array(b, float) * share
