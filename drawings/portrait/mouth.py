"""Mouth: lips, teeth and tongue."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.pen.colours import mix
from drawings.pen.shapes import Points, ellipse, moved, ribbon, spline
from drawings.people.expression import Expression
from drawings.people.person import Person
from drawings.portrait.proportions import MOUTH


def mouth_lines(person: Person, e: Expression) -> tuple[Points, Points]:
    """The edges of the opening, upper and lower, each from the left corner to the right."""
    half = 0.36 * person.mouth * (1 + 0.35 * e.stretch)
    drop, pull = 0.46 * max(e.jaw, 0), e.corners * (0.15 if e.corners > 0 else 0.11)
    upper = MOUTH + 0.3 * pull - 0.08 * e.upper_lip - 0.12 * drop
    # A stretched mouth opens like a box, a slack one like an O, its corners half-way down.
    corner = MOUTH - pull + 0.42 * drop
    box = 0.62 + 0.2 * min(max(e.stretch, 0), 1)

    def edge(y: float) -> Points:
        shoulder = corner + (y - corner) * box
        return spline([(-half, corner), (-0.62 * half, shoulder), (0, y), (0.62 * half, shoulder),
                       (half, corner)])  # fmt: skip

    return edge(upper), edge(upper + drop)


def paint_mouth(canvas: Canvas, person: Person, e: Expression) -> None:
    """Lips round an opening."""
    upper, lower = mouth_lines(person, e)
    lip = mix(np.array(person.skin) * (0.86, 0.6, 0.58), (186, 60, 70), 0.28)
    paint_lips(canvas, upper, lower, lip, lip_thickness(person, e))
    if e.jaw > 0.02:
        paint_inside(canvas, np.vstack([upper, lower[::-1]]), e)
    canvas.fill(ribbon(upper, [0.02, 0.035, 0.035, 0.02]), lip * 0.3, 0.85, 0.01)
    for x, y in (upper[0] - (0.015, 0), upper[-1] + (0.015, 0)):
        canvas.fill(ellipse(x, y, 0.035, 0.03), lip * 0.35, 0.5, 0.025)


def lip_thickness(person: Person, e: Expression) -> float:
    """The lower lip's greatest height, face units; pressed lips are thin."""
    return 0.115 * person.lips * min(max(1 - 0.6 * e.press, 0.3), 1.2)


def paint_lips(
    canvas: Canvas, upper: Points, lower: Points, colour: np.ndarray, thickness: float
) -> None:
    """Both lips, the upper one darker and with a cupid's bow, and a gleam on the lower one."""
    across = np.linspace(-1, 1, len(upper))
    cupid = 1 - 0.22 * np.exp(-((across / 0.16) ** 2))
    top, bottom = upper.copy(), lower.copy()
    top[:, 1] -= 0.75 * thickness * (1 - np.abs(across) ** 2.2) * cupid
    bottom[:, 1] += thickness * (1 - np.abs(across) ** 2.4)
    canvas.fill(np.vstack([top, bottom[::-1]]), colour, 0.95, 0.012)
    canvas.fill(np.vstack([top, upper[::-1]]), colour * 0.78, 0.8, 0.014)
    gleam = ellipse(0.03, lower[:, 1].max() + 0.42 * thickness, 0.15, 0.03)
    canvas.fill(gleam, (255, 236, 230), 0.25, 0.03)


def paint_inside(canvas: Canvas, opening: Points, e: Expression) -> None:
    """The dark, the tongue, and the teeth as far as they show."""
    top, bottom = opening[:, 1].min(), opening[:, 1].max()
    canvas.fill(opening, (52, 14, 18), 1, 0.006)
    tongue = ellipse(0, bottom + 0.02, 0.22, 0.42 * (bottom - top))
    canvas.fill(tongue, (176, 78, 82), 0.85, 0.03, opening)
    if e.teeth > 0.15:
        paint_teeth(canvas, opening, 0.05 + 0.8 * e.teeth * (bottom - top))


def paint_teeth(canvas: Canvas, opening: Points, shown: float) -> None:
    """The upper row, `shown` face units high, the gaps between them and the lip's shadow."""
    upper, top, bottom = opening[: len(opening) // 2], opening[:, 1].min(), opening[:, 1].max()
    row = np.vstack([upper - (0, 0.05), (upper * (0.96, 1) + (0, shown))[::-1]])
    canvas.fill(row, (238, 234, 226), 0.97, 0.008, opening)
    gaps = [ribbon(np.array([(x, top), (x, bottom)]), [0.01, 0.01]) for x in (0, 0.11, 0.21, 0.3)]
    canvas.fill(gaps, (150, 130, 122), 0.5, 0.004, opening, both=True)
    shadow = ribbon(moved(upper, 0, 0.01), [0.04, 0.05, 0.04])
    canvas.fill(shadow, (90, 40, 40), 0.45, 0.02, opening)
