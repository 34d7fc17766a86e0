"""Ears."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.pen.shapes import spline
from drawings.people.person import Person
from drawings.people.setting import Setting


def paint_ears(canvas: Canvas, person: Person, setting: Setting) -> None:
    """A rim and a hollow, the one towards the lamp brighter."""
    for side in (-1, 1):
        skin = np.array(person.skin) * (0.72 + 0.12 * np.clip(side * setting.light[0], -1, 1))
        ear = spline([(0.93, -0.22), (1.06, -0.32), (1.14, -0.16), (1.1, 0.14), (1.0, 0.34),
                      (0.92, 0.3)], closed=True) * (side * person.width, 1)  # fmt: skip
        canvas.fill(ear, skin)
        hollow = ear * 0.6 + (side * person.width * 0.41, 0)
        canvas.fill(hollow, skin * (0.75, 0.62, 0.6), 0.6, 0.03)
