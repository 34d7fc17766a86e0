"""Beard."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.pen.shapes import Points, spline
from drawings.people.person import Person


def paint_beard(canvas: Canvas, person: Person, face: Points) -> None:
    """Hair round the mouth and along the jaw, thick or mere stubble."""
    half = [(1.04, 0.0), (0.92, 0.4), (0.66, 0.62), (0.3, 0.6), (0.0, 0.63)]
    edge = spline([(-x, y) for x, y in half] + half[-2::-1])
    beard = np.vstack([edge, [(1.3, 1.9), (-1.3, 1.9)]])
    canvas.fill(beard, np.array(person.hair) * 0.7, 0.85 * person.beard, 0.06, face)
