"""Cheeks, the folds beside the nose and the lines at the corners of the eyes."""

from __future__ import annotations

from drawings.pen.canvas import Canvas
from drawings.pen.colours import mix
from drawings.pen.shapes import ellipse, ribbon, spline
from drawings.people.expression import Expression
from drawings.people.person import Person
from drawings.portrait.skin import dark_skin


def paint_cheeks(canvas: Canvas, person: Person, e: Expression) -> None:
    """Blush, the folds from nose to mouth, and what AU6 does to them and to the eyes' corners."""
    blush, dark = mix(person.skin, (214, 70, 70), 0.6), dark_skin(person, 0.42)
    canvas.fill(ellipse(0.58, 0.3 - 0.05 * e.cheeks, 0.2, 0.13), blush, 0.22, 0.1, both=True)
    x, y = 0.52 + 0.1 * e.stretch + 0.06 * e.corners, 0.7 - 0.06 * e.corners
    fold = spline([(0.24, 0.36 - 0.05 * e.wrinkle), (0.4, 0.5), (x, y), (x - 0.02, y + 0.16)])
    depth = 0.1 + 0.2 * person.age + 0.35 * max(e.cheeks, e.upper_lip, e.wrinkle, 0)
    canvas.fill(ribbon(fold, [0.02, 0.06, 0.04, 0.0]), dark, depth, 0.03, both=True)
    crow = [ribbon(spline([(0.66, y), (0.76, y + turn), (0.84, y + 2 * turn)]), [0.02, 0.025, 0])
            for y, turn in ((-0.15, -0.035), (-0.08, 0.02))]  # fmt: skip
    canvas.fill(crow, dark, 0.5 * e.cheeks * e.lower_lid, 0.015, both=True)
