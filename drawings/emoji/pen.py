"""The pen that emoji are drawn with: x to the right, y down, the head between -1 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]
INK = (52, 30, 40)


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
