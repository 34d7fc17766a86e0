"""What several emoji have in common: eyes, drops, the gloss."""

from __future__ import annotations

from drawings.emoji.pen import INK, Pen, bezier, ellipse

WHITE = (255, 255, 255)
WATER = (96, 190, 255)


def gloss(pen: Pen) -> None:
    """The window's reflection on the forehead."""
    pen.fill(ellipse(-0.36, -0.72, 0.34, 0.09, -14), WHITE, 0.5, blur=0.035)


def bead_eye(pen: Pen, x: float, y: float, rx: float = 0.13, ry: float = 0.19) -> None:
    """A dark bead with two glints."""
    pen.fill(ellipse(x, y, rx, ry), INK)
    pen.fill(ellipse(x - 0.035, y - ry * 0.42, rx * 0.36, rx * 0.42), WHITE)
    pen.fill(ellipse(x + 0.045, y + ry * 0.45, rx * 0.17, rx * 0.2), WHITE, 0.75)


def wide_eye(pen: Pen, x: float, y: float, radius: float, pupil: float) -> None:
    """A white eye, wide open, its iris free of the lids."""
    pen.fill(ellipse(x, y + 0.03, radius * 1.04, radius * 1.08), INK, 0.35, blur=0.03)
    pen.fill(ellipse(x, y, radius, radius * 1.08), WHITE)
    pen.fill(ellipse(x, y, pupil, pupil * 1.08), INK)
    pen.fill(ellipse(x - pupil * 0.3, y - pupil * 0.4, pupil * 0.32, pupil * 0.32), WHITE)


def drop(pen: Pen, x: float, y: float, size: float) -> None:
    """A tear or a drop of sweat; (x, y) is its tip."""
    left = bezier((x, y), (x - 0.2 * size, y + 0.9 * size), (x - 1.15 * size, y + 2.5 * size),
                  (x, y + 2.5 * size))  # fmt: skip
    outline = left + [(2 * x - px, py) for px, py in reversed(left)]
    pen.fill(outline, (20, 60, 130), 0.35, blur=0.025)
    pen.fill(outline, WATER)
    pen.fill(ellipse(x - 0.2 * size, y + 1.75 * size, 0.14 * size, 0.32 * size, 15), WHITE, 0.85)
