"""Where the parts of a face lie."""

from __future__ import annotations

from drawings.people.person import Person

EYE, BROW, MOUTH = -0.13, -0.42, 0.76
"""Their heights: y in face units. The chin lies at 1.35."""


def eye_x(person: Person) -> float:
    """How far from the middle the pupils lie, face units."""
    return 0.41 * person.eye_distance
