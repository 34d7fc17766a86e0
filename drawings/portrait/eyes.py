"""Eyes and eyelids."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.pen.shapes import Points, ellipse, moved, ribbon, spline
from drawings.people.expression import Expression
from drawings.people.person import Person
from drawings.portrait.proportions import EYE, eye_x
from drawings.portrait.skin import dark_skin


def eyelids(person: Person, e: Expression) -> tuple[Points, Points]:
    """The right eye's upper and lower lid, each from the inner corner to the outer."""
    half, x = 0.215 * person.eye_size, eye_x(person)
    upper = EYE - 0.105 * person.eye_size * min(max(1 + 0.65 * e.upper_lid, 0.12), 1.8)
    lower = EYE + 0.075 * person.eye_size * min(max(1 - 0.75 * e.lower_lid, 0.1), 1.3)
    inner, outer = (x - half, EYE + 0.03), (x + half, EYE - 0.015 - 0.02 * e.lower_lid)
    rise = 0.72 * upper + 0.28 * EYE
    above = [inner, (x - 0.55 * half, rise), (x, upper), (x + 0.6 * half, rise), outer]
    below = [inner, (x - 0.5 * half, lower), (x + 0.2 * half, lower), outer]
    return spline(above), spline(below)


def paint_eyeballs(canvas: Canvas, person: Person, opening: Points, gaze: float) -> None:
    """White, iris, pupil and glint; both eyes look the same way, so nothing is mirrored."""
    canvas.fill(opening, (228, 222, 218), both=True)
    radius, y = 0.105 * person.eye_size, EYE - 0.015
    for side in (-1, 1):
        x, lids = side * eye_x(person) + gaze, opening * (side, 1)
        iris, pupil = np.array(person.iris), ellipse(x, y, 0.46 * radius, 0.46 * radius)
        canvas.fill(ellipse(x, y, radius, radius), iris * 0.5, 1, 0.006, lids)
        canvas.fill(ellipse(x, y + 0.015, 0.78 * radius, 0.75 * radius), iris, 1, 0.012, lids)
        canvas.fill(pupil, (14, 10, 12), 1, 0.004, lids)
        canvas.fill(ellipse(x + 0.035, y - 0.035, 0.024, 0.024), (255, 255, 255), 0.95, 0.005, lids)


def paint_eyes(canvas: Canvas, person: Person, e: Expression, gaze: float) -> None:
    """Eyeballs, lids, lashes and the folds above them."""
    upper, lower = eyelids(person, e)
    opening, dark = np.vstack([upper, lower[::-1]]), dark_skin(person, 0.35)
    paint_eyeballs(canvas, person, opening, gaze)
    shadow = ribbon(moved(upper, 0, 0.035), [0.05, 0.09, 0.06])
    canvas.fill(shadow, (40, 24, 24), 0.5, 0.02, opening, both=True)
    canvas.fill(ribbon(upper, [0.02, 0.05, 0.045]), (34, 20, 20), 0.9, 0.008, both=True)
    canvas.fill(ribbon(lower, [0.015, 0.02, 0.025]), dark, 0.65, 0.01, both=True)
    fold = moved(upper, 0, -0.055 + 0.02 * min(e.upper_lid, 1))
    canvas.fill(ribbon(fold, [0.0, 0.025, 0.015]), dark, 0.55, 0.012, both=True)
