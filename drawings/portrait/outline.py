"""The edge of the face."""

from __future__ import annotations

from drawings.pen.shapes import Points, spline
from drawings.people.expression import Expression
from drawings.people.person import Person


def face_outline(person: Person, expression: Expression) -> Points:
    """Temple to chin to temple; the forehead runs up under the hair."""
    w, jaw, drop = person.width, person.jaw, 0.16 * max(expression.jaw, 0)
    chin = 1.36 * person.chin + drop
    half = [(0, -1.36), (0.5 * w, -1.27), (0.86 * w, -0.92), (0.99 * w, -0.4), (1.0 * w, 0.1),
            (0.93 * w, 0.52 + drop / 3), (0.74 * w * jaw, 0.94 + drop / 2),
            (0.42 * jaw, 1.25 * person.chin + drop), (0.15, chin)]  # fmt: skip
    return spline(half + [(-x, y) for x, y in half[:0:-1]], closed=True)
