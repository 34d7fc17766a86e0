"""Glasses."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.pen.shapes import ellipse, ribbon, spline
from drawings.people.person import Person
from drawings.portrait.proportions import EYE, eye_x


def paint_glasses(canvas: Canvas, person: Person) -> None:
    """Round frames, a bridge and arms."""
    if not person.glasses:
        return
    x, y, frame = eye_x(person), EYE + 0.03, (38, 32, 36)
    rim = ribbon(np.vstack([ellipse(x, y, 0.31, 0.27), [(x + 0.31, y)]]), [0.035, 0.035])
    arm = ribbon(np.array([(x + 0.3, y - 0.06), (person.width, y - 0.11)]), [0.05, 0.04])
    canvas.fill([rim, arm], frame, 0.95, 0.006, both=True)
    bridge = spline([(0.3 - x, y - 0.03), (0, y - 0.08), (x - 0.3, y - 0.03)])
    canvas.fill(ribbon(bridge, [0.04, 0.03, 0.04]), frame, 0.95, 0.006)
