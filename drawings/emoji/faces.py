"""The face of each class: eyes, brows and mouth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from drawings.emoji.parts import WHITE, bead_eye, drop, wide_eye
from drawings.emoji.pen import INK, Pen, bezier, ellipse

MOUTH = (110, 26, 44)
TONGUE = (240, 104, 112)


def angry(pen: Pen) -> None:
    """Brows drawn down and together over glaring eyes, bared and clenched teeth."""
    for side in (-1, 1):
        bead_eye(pen, side * 0.36, -0.05, 0.14, 0.17)
        lid = [(side * 0.02, -0.04), (side * 0.66, -0.34), (side * 0.6, -0.6), (0, -0.3)]
        pen.fill(lid, (238, 86, 70), within=ellipse(side * 0.36, -0.05, 0.16, 0.19))
        pen.line(
            bezier((side * 0.13, -0.12), (side * 0.36, -0.2), (side * 0.64, -0.42)), width=0.13
        )
    upper = bezier((-0.44, 0.62), (-0.4, 0.26), (0.4, 0.26), (0.44, 0.62))
    lower = bezier((0.44, 0.62), (0.36, 0.7), (-0.36, 0.7), (-0.44, 0.62))
    pen.fill(upper + lower, WHITE)
    for x in (-0.2, 0.0, 0.2):
        pen.fill(ellipse(x, 0.5, 0.014, 0.3), INK, 0.55, within=upper + lower)
    pen.fill([(-0.5, 0.49), (0.5, 0.49), (0.5, 0.52), (-0.5, 0.52)], INK, 0.55,
             within=upper + lower)  # fmt: skip
    pen.line(upper + lower, width=0.075)


def disgust(pen: Pen) -> None:
    """Brows down, eyes narrowed from below, a wrinkled nose, lip curled and tongue out."""
    for side in (-1, 1):
        upper = bezier((side * 0.12, -0.12), (side * 0.3, -0.28), (side * 0.63, -0.22))
        lower = bezier((side * 0.63, -0.17), (side * 0.4, 0.06), (side * 0.12, -0.06))
        pen.fill(upper + lower, WHITE)
        pen.fill(ellipse(side * 0.37 - 0.06, -0.1, 0.1, 0.11), INK, within=upper + lower)
        pen.line(upper, width=0.085)
        pen.line(lower, width=0.055)
        pen.line(bezier((side * 0.13, -0.3), (side * 0.36, -0.48), (side * 0.62, -0.46)), width=0.1)
    for y in (0.1, 0.22):
        pen.line(bezier((-0.11, y + 0.03), (0, y - 0.07), (0.11, y + 0.03)), width=0.05)
    tongue = bezier((-0.1, 0.48), (-0.22, 1.02), (0.42, 1.02), (0.32, 0.46))
    pen.fill(tongue, TONGUE)
    pen.line(tongue, width=0.06)
    pen.line([(0.11, 0.58), (0.12, 0.72)], (190, 50, 70), 0.035)
    mouth = bezier((-0.5, 0.62), (-0.4, 0.24), (-0.12, 0.52), (0.08, 0.42))
    pen.line(mouth + bezier((0.08, 0.42), (0.24, 0.34), (0.42, 0.38), (0.5, 0.58)), width=0.1)


def fear(pen: Pen) -> None:
    """Brows raised and drawn together, eyes wide with small pupils, the mouth stretched."""
    for side in (-1, 1):
        wide_eye(pen, side * 0.34, -0.12, 0.23, 0.085)
        pen.line(
            bezier((side * 0.14, -0.62), (side * 0.36, -0.58), (side * 0.6, -0.42)), width=0.085
        )
    top = bezier((-0.46, 0.66), (-0.5, 0.4), (-0.3, 0.42), (0, 0.38))
    top += bezier((0, 0.38), (0.3, 0.42), (0.5, 0.4), (0.46, 0.66))
    waves = np.linspace(0.46, -0.46, 81)
    bottom = [(x, 0.66 + 0.035 * np.sin((x + 0.46) / 0.92 * 6 * np.pi)) for x in waves]
    pen.fill(top + bottom, MOUTH)
    pen.fill([(x, y + 0.1) for x, y in top] + [(0.6, 0), (-0.6, 0)], WHITE, within=top + bottom)
    pen.line(top + bottom, width=0.075)
    drop(pen, 0.73, -0.52, 0.13)


def happy(pen: Pen) -> None:
    """Cheeks up, eyes smiling, a broad open smile."""
    for side in (-1, 1):
        pen.fill(ellipse(side * 0.6, 0.14, 0.17, 0.11), (255, 96, 60), 0.5, blur=0.05)
        pen.line(bezier((side * 0.54, -0.08), (side * 0.46, -0.42), (side * 0.26, -0.42),
                        (side * 0.18, -0.08)), width=0.115)  # fmt: skip
    smile = bezier((-0.52, 0.14), (-0.2, 0.2), (0.2, 0.2), (0.52, 0.14))
    smile += bezier((0.52, 0.14), (0.5, 0.86), (-0.5, 0.86), (-0.52, 0.14))
    pen.fill(smile, MOUTH)
    pen.fill(ellipse(0, 0.72, 0.28, 0.2), TONGUE, within=smile)
    pen.fill([(-0.6, 0), (0.6, 0), (0.6, 0.26), (0, 0.33), (-0.6, 0.26)], WHITE, within=smile)
    pen.line(smile, width=0.06)


def sad(pen: Pen) -> None:
    """Inner ends of the brows up, corners of the mouth down, a tear."""
    for side in (-1, 1):
        bead_eye(pen, side * 0.36, 0.0, 0.14, 0.18)
        pen.line(bezier((side * 0.2, -0.46), (side * 0.4, -0.42), (side * 0.62, -0.22)), width=0.09)
    pen.line(bezier((-0.28, 0.62), (-0.2, 0.34), (0.2, 0.34), (0.28, 0.62)), width=0.1)
    drop(pen, 0.5, 0.16, 0.17)


def surprise(pen: Pen) -> None:
    """Brows high and round, eyes wide, the jaw dropped."""
    for side in (-1, 1):
        wide_eye(pen, side * 0.34, -0.16, 0.2, 0.115)
        pen.line(
            bezier((side * 0.16, -0.54), (side * 0.34, -0.72), (side * 0.56, -0.52)), width=0.085
        )
    pen.fill(ellipse(0, 0.46, 0.2, 0.28), INK)
    pen.fill(ellipse(0, 0.47, 0.16, 0.235), MOUTH)
    pen.fill(ellipse(0, 0.64, 0.15, 0.13), TONGUE, within=ellipse(0, 0.47, 0.16, 0.235))


def neutral(pen: Pen) -> None:
    """Nothing moves."""
    for side in (-1, 1):
        bead_eye(pen, side * 0.36, -0.1)
        pen.line(
            bezier((side * 0.22, -0.48), (side * 0.38, -0.54), (side * 0.56, -0.48)), width=0.07
        )
    pen.line([(-0.3, 0.42), (0.3, 0.42)], width=0.1)


def contempt(pen: Pen) -> None:
    """Lids half down, one brow raised, one corner of the mouth drawn up."""
    for side in (-1, 1):
        left, right = side * 0.36 - 0.2, side * 0.36 + 0.2
        below_lid = [(left, -0.08), (right, -0.08), (right, 0.3), (left, 0.3)]
        pen.fill(ellipse(side * 0.36, -0.06, 0.13, 0.19), INK, within=below_lid)
        pen.fill(ellipse(side * 0.36 + 0.05, 0.0, 0.04, 0.04), WHITE)
        pen.line([(left, -0.08), (right, -0.08)], width=0.085)
    pen.line(bezier((-0.56, -0.36), (-0.38, -0.42), (-0.2, -0.34)), width=0.085)
    pen.line(bezier((0.18, -0.46), (0.38, -0.7), (0.6, -0.5)), width=0.085)
    pen.line(bezier((-0.34, 0.46), (0.16, 0.54), (0.4, 0.4), (0.46, 0.22)), width=0.1)


FACES: dict[str, Callable[[Pen], None]] = {
    "angry": angry,
    "disgust": disgust,
    "fear": fear,
    "happy": happy,
    "sad": sad,
    "surprise": surprise,
    "neutral": neutral,
    "contempt": contempt,
}
