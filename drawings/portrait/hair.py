"""Hair, behind the head and before it."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.pen.colours import mix
from drawings.pen.shapes import Points, ellipse, moved, ribbon, spline
from drawings.people.person import Person
from drawings.people.setting import Setting
from drawings.portrait.skin import dark_skin

# The right half of the hair's outer edge, from the crown down.
HAIR: dict[str, list[tuple[float, float]]] = {
    "short": [(0, -1.66), (0.62, -1.56), (1.02, -1.12), (1.1, -0.55), (1.03, -0.12), (0.9, -0.1)],
    "long": [(0, -1.68), (0.72, -1.55), (1.14, -1.0), (1.26, -0.1), (1.26, 0.9), (1.32, 1.75),
             (1.1, 2.1), (0.75, 2.0)],
    "fringe": [(0, -1.64), (0.68, -1.54), (1.12, -1.02), (1.2, -0.2), (1.2, 0.5), (1.14, 1.0),
               (0.82, 1.12), (0.7, 0.9)],
    "curly": [(0, -1.8), (0.36, -1.9), (0.66, -1.68), (0.98, -1.6), (1.08, -1.26), (1.34, -1.04),
              (1.24, -0.7), (1.4, -0.4), (1.2, -0.12), (1.2, 0.16), (0.95, 0.2)],
    "bun": [(0, -1.58), (0.66, -1.47), (1.02, -1.05), (1.06, -0.5), (1.0, 0.0), (0.9, -0.05)],
}  # fmt: skip
# Where it ends on the face, from the left temple over the forehead to the right one.
HAIRLINE: dict[str, list[tuple[float, float]]] = {
    "short": [(-0.97, -0.1), (-0.93, -0.55), (-0.8, -0.86), (-0.3, -1.02), (0.25, -0.92),
              (0.7, -0.96), (0.93, -0.55), (0.97, -0.1)],
    "long": [(-0.9, 2.2), (-0.88, 1.0), (-0.95, 0.3), (-0.9, -0.4), (-0.6, -0.85), (-0.22, -1.14),
             (0.25, -1.0), (0.8, -0.6), (0.95, 0.0), (0.93, 0.5), (0.86, 1.0), (0.9, 2.2)],
    "fringe": [(-0.8, 1.2), (-0.9, 0.7), (-0.94, 0.1), (-0.86, -0.5), (-0.5, -0.72), (0, -0.76),
               (0.5, -0.72), (0.86, -0.5), (0.94, 0.1), (0.9, 0.7), (0.8, 1.2)],
    "curly": [(-1.0, 0.2), (-0.94, -0.3), (-0.88, -0.7), (-0.56, -0.84), (-0.3, -1.02),
              (0.05, -0.9), (0.4, -1.02), (0.62, -0.86), (0.88, -0.7), (0.95, -0.3), (1.0, 0.2)],
    "bun": [(-1.0, 0.0), (-0.97, -0.45), (-0.8, -0.9), (-0.4, -1.12), (0, -1.16), (0.4, -1.12),
            (0.8, -0.9), (0.97, -0.45), (1.0, 0.0)],
}  # fmt: skip


def hair_outline(person: Person) -> Points:
    """The hair's outer edge, closed."""
    half = HAIR[person.hair_style]
    return spline(half + [(-x, y) for x, y in half[:0:-1]], closed=True) * (person.width, 1)


def paint_back_hair(canvas: Canvas, person: Person) -> None:
    """What is seen of the hair behind the head."""
    if person.hair_style == "bald":
        return
    if person.hair_style == "bun":
        canvas.fill(ellipse(0.08, -1.74, 0.42, 0.34), np.array(person.hair) * 0.8)
    canvas.fill(hair_outline(person), np.array(person.hair) * 0.55)


def paint_front_hair(canvas: Canvas, person: Person, face: Points, setting: Setting) -> None:
    """Hair over forehead and temples, its shadow on them, strands and a sheen."""
    if person.hair_style == "bald":
        return
    hair, outer = np.array(person.hair), hair_outline(person)
    edge = spline(HAIRLINE[person.hair_style]) * (person.width, 1)
    low = edge[0, 1]
    over = np.vstack([edge, [(1.8, low), (1.8, -2.4), (-1.8, -2.4), (-1.8, low)]])
    canvas.fill(moved(over, 0, 0.07), dark_skin(person, 0.4), 0.5, 0.06, face)
    canvas.fill(over, hair * 0.9, 1, 0.012, outer)
    strands = [ribbon(spline([(0.25 * x, -1.5), (0.8 * x, -1.25), (1.02 * x, -0.75), (x, 0.1)]),
                      [0.0, 0.035, 0.03, 0.0]) for x in np.linspace(-1, 1, 14)]  # fmt: skip
    canvas.fill(strands, hair * 0.5, 0.4, 0.014, over)
    sheen = spline([(-0.85, -0.98), (-0.5, -1.32), (0, -1.44), (0.5, -1.32), (0.85, -0.98)])
    sheen = ribbon(moved(sheen, 0.15 * setting.light[0], 0) * (person.width, 1),
                   [0.05, 0.18, 0.22, 0.18, 0.05])  # fmt: skip
    canvas.fill(sheen, mix(hair, (255, 246, 230), 0.3), 0.55, 0.08, outer)
