"""Neck, shoulders and shirt."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.pen.shapes import ellipse, moved, ribbon, spline
from drawings.people.person import Person
from drawings.people.setting import Setting
from drawings.portrait.skin import dark_skin, lit


def paint_body(canvas: Canvas, person: Person, setting: Setting) -> None:
    """Neck and shoulders, the chin's shadow on the one, a round-necked shirt on the other."""
    neck = spline([(-0.57, 0.7), (-0.56, 1.4), (-0.7, 1.8), (-1.5, 2.3), (1.5, 2.3), (0.7, 1.8),
                   (0.56, 1.4), (0.57, 0.7)])  # fmt: skip
    canvas.fill(neck, lit(person.skin, 0.52 + 0.4 * setting.ambient))
    canvas.fill(ellipse(0, 1.2, 0.8, 0.55), dark_skin(person, 0.4), 0.75, 0.16, within=neck)
    neckline = spline([(-0.72, 1.74), (-0.5, 2.02), (0, 2.2), (0.5, 2.02), (0.72, 1.74)])
    half = [(1.35, 1.98), (1.9, 2.32), (2.15, 3.2), (2.2, 5)]
    left, right = (
        spline([(-x, y) for x, y in half[::-1]] + [(-0.7, 1.72)]),
        spline([(0.7, 1.72), *half]),
    )
    shirt, cloth = np.vstack([left, neckline, right]), np.array(person.clothes)
    canvas.fill(shirt, cloth * 0.75)
    canvas.fill(moved(shirt, -setting.light[0] * 0.2, 0.3), cloth, blur=0.2, within=shirt)
    canvas.fill(ribbon(moved(neckline, 0, 0.04), [0.08, 0.1, 0.08]), cloth * 0.62, blur=0.012)
