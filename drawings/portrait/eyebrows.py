"""Eyebrows and the creases of the forehead."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.pen.colours import mix
from drawings.pen.shapes import ribbon, spline
from drawings.people.expression import Expression
from drawings.people.person import Person
from drawings.portrait.proportions import BROW
from drawings.portrait.skin import dark_skin


def paint_eyebrows(canvas: Canvas, person: Person, e: Expression) -> None:
    """Both brows, the furrows between them and the creases above them."""
    colour = mix(np.array(person.hair) * 0.6, person.skin, 0.1)
    inner, outer = BROW - 0.15 * e.inner_brow, BROW - 0.16 * e.outer_brow
    middle, weight = (inner + outer) / 2 - 0.06, 0.1 * person.brows
    brow = spline([(0.19 - 0.07 * e.knit, inner + 0.02), (0.36, middle), (0.54, middle - 0.01),
                   (0.72, outer + 0.07)])  # fmt: skip
    widths = [0.7 * weight, weight, 0.8 * weight, 0.02]
    canvas.fill(ribbon(brow, widths), colour, 0.92, 0.02, both=True)
    paint_forehead(canvas, person, e, inner)


def paint_forehead(canvas: Canvas, person: Person, e: Expression, inner: float) -> None:
    """What AU4 does between the brows, whose inner ends are at y = `inner`, and AU1+2 above."""
    dark = dark_skin(person, 0.42)
    furrow = spline([(0.055, inner - 0.16), (0.07, inner - 0.06), (0.06, inner + 0.05)])
    canvas.fill(ribbon(furrow, [0, 0.04, 0]), dark, 0.6 * e.knit, 0.02, both=True)
    creases = []
    for y, reach in ((inner - 0.2, 0.5), (inner - 0.3, 0.42), (inner - 0.4, 0.34)):
        crease = spline([(-reach, y + 0.02), (-0.2, y), (0.2, y), (reach, y + 0.02)])
        creases.append(ribbon(crease, [0, 0.03, 0.03, 0]))
    raised = max(min(e.inner_brow, e.outer_brow + 0.5), 0.3 * person.age)
    canvas.fill(creases, dark, 0.35 * raised, 0.016)
