"""How far each point of a face stands out: what light and shadow are computed from."""

from __future__ import annotations

import numpy as np

from drawings.people.expression import Expression
from drawings.people.person import Person
from drawings.portrait.proportions import BROW, EYE, MOUTH, eye_x

GRID_STEP = 0.05
GRID_X = np.arange(-28, 29, dtype=np.float32) * GRID_STEP
GRID_Y = np.arange(-35, 36, dtype=np.float32) * GRID_STEP


def bump(x: float, y: float, rx: float, ry: float, height: float) -> np.ndarray:
    """A Gaussian hill on the grid."""
    across = np.exp(-(((GRID_X - x) / rx) ** 2) / 2)
    down = np.exp(-(((GRID_Y - y) / ry) ** 2) / 2)
    return np.outer(down * height, across)


def relief(person: Person, expression: Expression) -> np.ndarray:
    """The face's height above its own plane, on the grid of GRID_Y x GRID_X, face units."""
    e, nose, eye = expression, person.nose, eye_x(person)
    mouth = MOUTH + 0.1 * e.jaw
    round_head = 1 - (GRID_X[None] / 1.16) ** 2 - ((GRID_Y[:, None] - 0.02) / 1.7) ** 2
    height: np.ndarray = 1.0 * np.sqrt(np.clip(round_head, 0.002, None))
    height += bump(0, 0.02, 0.105, 0.3, 0.13) + bump(0, 0.36, 0.12 * nose, 0.12, 0.22)
    height += bump(0, mouth, 0.34, 0.2, 0.1) + bump(0, 1.0 + 0.2 * e.jaw, 0.18, 0.05, -0.045)
    height += bump(0, 1.16 + 0.2 * e.jaw, 0.2, 0.14, 0.1) + bump(0, 0.57, 0.04, 0.06, -0.025)
    height += bump(0, -0.4, 0.07, 0.12, -0.03 + 0.06 * e.knit)
    for side in (-1, 1):
        height += bump(side * 0.15 * nose, 0.41 - 0.03 * e.wrinkle, 0.07, 0.07, 0.08)
        height += bump(side * eye, EYE, 0.22, 0.13, -0.15)
        height += bump(side * eye, EYE, 0.13, 0.09, 0.05)
        height += bump(side * 0.42, BROW - 0.03 - 0.08 * e.inner_brow, 0.3, 0.09, 0.07)
        height += bump(side * 0.56, 0.26 - 0.06 * e.cheeks, 0.22, 0.17, 0.08 + 0.1 * e.cheeks)
        height += bump(side * 0.62, 0.66, 0.2, 0.2, -0.05)
    return height
