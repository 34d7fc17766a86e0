"""The nose."""

from __future__ import annotations

from drawings.pen.canvas import Canvas
from drawings.pen.shapes import ribbon, spline
from drawings.people.expression import Expression
from drawings.people.person import Person
from drawings.portrait.skin import dark_skin


def paint_nose(canvas: Canvas, person: Person, e: Expression) -> None:
    """Wings and nostrils; AU9 lifts them and creases the bridge."""
    dark, n, lift = dark_skin(person, 0.3), person.nose, 0.06 * e.wrinkle
    nostril = spline([(0.045 * n, 0.475 - lift), (0.1 * n, 0.45 - lift), (0.14 * n, 0.475 - lift)])
    canvas.fill(ribbon(nostril, [0.02, 0.055, 0.02]), dark, 0.85, 0.014, both=True)
    wing = spline([(0.17 * n, 0.34 - lift), (0.225 * n, 0.41 - lift), (0.19 * n, 0.49 - lift)])
    canvas.fill(ribbon(wing, [0.01, 0.04, 0.03]), dark, 0.45, 0.018, both=True)
    creases = [ribbon(spline([(0.01, y - 0.02), (0.08, y + 0.02), (0.16, y + 0.09)]),
                      [0.02, 0.045, 0]) for y in (-0.1, 0.0, 0.1)]  # fmt: skip
    canvas.fill(creases, dark, 0.5 * e.wrinkle, 0.02, both=True)
