"""The shadows that a face casts on itself."""

from __future__ import annotations

from drawings.pen.canvas import Canvas
from drawings.pen.shapes import ellipse, ribbon, spline
from drawings.people.expression import Expression
from drawings.people.person import Person
from drawings.portrait.mouth import mouth_lines
from drawings.portrait.proportions import EYE, eye_x
from drawings.portrait.skin import dark_skin


def paint_shadows(canvas: Canvas, person: Person, e: Expression) -> None:
    """What makes a face from afar: sockets, the nose's sides, below nose and lip."""
    dark, eye = dark_skin(person, 0.4), eye_x(person)
    canvas.fill(ellipse(eye, EYE - 0.06, 0.27, 0.15), dark, 0.3, 0.07, both=True)
    canvas.fill(ellipse(0.19, EYE - 0.03, 0.07, 0.14), dark, 0.25, 0.05, both=True)
    bag = ribbon(spline([(0.22, 0.02), (0.4, 0.09), (0.58, 0.02)]), [0, 0.03, 0])
    canvas.fill(bag, dark, 0.12 + 0.25 * person.age, 0.02, both=True)
    canvas.fill(ellipse(0, 0.535, 0.2 * person.nose, 0.035), dark, 0.45, 0.035)
    under_lip = mouth_lines(person, e)[1][:, 1].max() + 0.17
    canvas.fill(ellipse(0, under_lip, 0.2, 0.04), dark, 0.32, 0.05)
