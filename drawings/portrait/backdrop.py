"""The wall behind a person."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.people.setting import Setting


def paint_backdrop(canvas: Canvas, setting: Setting) -> None:
    """A wall, lighter where the lamp falls on it."""
    ramp = np.linspace(-0.5, 0.5, canvas.pixels.shape[-1], dtype=np.float32)
    canvas.pixels *= 1 + 0.25 * setting.light[0] * ramp[None] - 0.3 * ramp[:, None]
