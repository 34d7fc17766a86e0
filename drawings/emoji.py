"""Draws the emoji: `python -m drawings.emoji` writes those in emojis/ anew.

Coordinates: x to the right, y down, the head between -1 and 1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = 256
SUPERSAMPLING = 4
HEAD_RADIUS = 0.94

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

INK = (52, 30, 40)
MOUTH = (110, 26, 44)
TONGUE = (240, 104, 112)
WHITE = (255, 255, 255)
WATER = (96, 190, 255)

# Light side and dark side of each head: a hue per emotion, told apart even at 16 pixels.
HEADS: dict[str, tuple[Colour, Colour]] = {
    "angry": ((255, 126, 92), (214, 40, 44)),
    "disgust": ((190, 222, 84), (92, 158, 44)),
    "fear": ((198, 176, 255), (122, 92, 214)),
    "happy": ((255, 226, 92), (250, 168, 28)),
    "sad": ((150, 204, 255), (58, 124, 226)),
    "surprise": ((255, 186, 120), (246, 112, 50)),
    "neutral": ((236, 226, 208), (186, 170, 148)),
    "contempt": ((250, 176, 208), (190, 82, 140)),
}


def bezier(*control: tuple[float, float], steps: int = 48) -> list[tuple[float, float]]:
    """Points on the Bézier curve of any degree (de Casteljau)."""
    t = np.linspace(0, 1, steps)[:, None]
    points = [np.broadcast_to(np.array(p, float), (steps, 2)) for p in control]
    while len(points) > 1:
        points = [a + (b - a) * t for a, b in pairwise(points)]
    return [(float(x), float(y)) for x, y in points[0]]


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0) -> Points:
    """An ellipse's outline, turned clockwise by `turn` degrees."""
    angle, turned = np.linspace(0, 2 * np.pi, 97), np.radians(turn)
    u, v = rx * np.cos(angle), ry * np.sin(angle)
    xs = x + u * np.cos(turned) - v * np.sin(turned)
    ys = y + u * np.sin(turned) + v * np.cos(turned)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


class Pen:
    """Paints shapes on one picture, softly or sharply, clipped to another shape if wanted."""

    def __init__(self, picture: Image.Image) -> None:
        self.picture = picture
        self.scale = picture.width / 2

    def _pixels(self, points: Points) -> list[tuple[float, float]]:
        return [((x + 1) * self.scale, (y + 1) * self.scale) for x, y in points]

    def _mask(self, points: Points) -> Image.Image:
        mask = Image.new("L", self.picture.size)
        ImageDraw.Draw(mask).polygon(self._pixels(points), fill=255)
        return mask

    def fill(
        self,
        points: Points,
        colour: Colour,
        opacity: float = 1,
        blur: float = 0,
        within: Points | None = None,
    ) -> None:
        """Fills the outline; `blur` is in head units, `within` clips."""
        mask = self._mask(points)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * self.scale))
        if within is not None:
            mask = ImageChops.multiply(mask, self._mask(within))
        self.picture.paste(colour, mask=mask.point(lambda value: round(value * opacity)))

    def line(self, points: Points, colour: Colour = INK, width: float = 0.1) -> None:
        """A line with round ends and joints."""
        draw, radius = ImageDraw.Draw(self.picture), width * self.scale / 2
        pixels = self._pixels(points)
        draw.line(pixels, colour, round(2 * radius))
        # A disc at every point: Pillow's own curved joints leave notches.
        for x, y in pixels:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour)


def head(light: Colour, dark: Colour) -> Image.Image:
    """A shaded superellipse, (S, S) RGBA: lit from the top left, darker towards the rim."""
    side = SIZE * SUPERSAMPLING
    y, x = (np.mgrid[:side, :side] + 0.5) / side * 2 - 1
    radius = (np.abs(x) ** 2.7 + np.abs(y) ** 2.7) ** (1 / 2.7) / HEAD_RADIUS
    fall = np.clip(np.hypot(x + 0.25, y + 0.5) / 1.55, 0, 1) ** 1.4
    rim = np.clip((radius - 0.84) / 0.16, 0, 1) ** 2 * (0.25 + 0.2 * y)
    rgb = np.array(light) * (1 - fall[..., None]) + np.array(dark) * fall[..., None]
    rgb *= 1 - np.clip(rim, 0, 1)[..., None] * 0.6
    alpha = np.clip((1 - radius) * side / 4, 0, 1) * 255
    pixels = np.dstack([rgb, alpha]).round().clip(0, 255).astype(np.uint8)
    return Image.fromarray(pixels, "RGBA")


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


FEATURES: dict[str, Callable[[Pen], None]] = {
    "angry": angry,
    "disgust": disgust,
    "fear": fear,
    "happy": happy,
    "sad": sad,
    "surprise": surprise,
    "neutral": neutral,
    "contempt": contempt,
}


def emoji(name: str) -> Image.Image:
    """The emoji of the class `name`: RGBA, SIZE x SIZE, corners transparent."""
    picture = head(*HEADS[name])
    # Features are painted on an opaque copy; the head's own outline cuts them off.
    face = picture.convert("RGB")
    pen = Pen(face)
    gloss(pen)
    FEATURES[name](pen)
    face.putalpha(picture.getchannel("A"))
    return face.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def main(folder: Path) -> None:
    """Writes one PNG per class into `folder`."""
    for name in FEATURES:
        emoji(name).save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "emojis")
