"""The picture that everything is painted on."""

from __future__ import annotations

import cv2
import numpy as np

from drawings.pen.colours import Colour
from drawings.pen.shapes import Points


class Canvas:
    """A picture being painted in face units, (3, side, side) float32 RGB, 0..255."""

    def __init__(
        self, side: int, background: Colour, scale: float, x: float, y: float, tilt: float
    ) -> None:
        """An empty picture of `side` x `side` pixels.

        (0, 0) lies at (x, y), in half pictures from the middle; a face unit is `scale` half
        pictures long; everything is turned by `tilt` radians, clockwise.
        """
        self.pixels = np.empty((3, side, side), np.float32)
        self.pixels[:] = np.reshape(background, (3, 1, 1))
        self.unit = scale * side / 2  # pixels
        cos, sin = np.cos(tilt) * self.unit, np.sin(tilt) * self.unit
        self.centre = np.array([(1 + x) * side / 2, (1 + y) * side / 2])
        self.axes = np.array([(cos, sin), (-sin, cos)])  # a face unit to the right, and down

    def _outlines(self, shapes: Points | list[Points], both: bool) -> list[np.ndarray]:
        """In sixteenths of a pixel; fillPoly counts from the middle of the first pixel."""
        shapes, origin = shapes if isinstance(shapes, list) else [shapes], self.centre - 0.5
        flips = (1, -1) if both else (1,)
        views = [self.axes * ((16 * flip,), (16,)) for flip in flips]
        return [(shape @ view + 16 * origin).astype(np.int32) for view in views for shape in shapes]

    def _window(self, outlines: list[np.ndarray], margin: int) -> tuple[slice, slice]:
        """The rows and columns of the picture that hold the outlines and `margin` pixels more."""
        side = self.pixels.shape[-1]
        left, top, width, height = cv2.boundingRect(np.concatenate(outlines))
        right, bottom = (left + width) // 16 + margin, (top + height) // 16 + margin
        left, top = left // 16 - margin, top // 16 - margin
        return (slice(max(top, 0), max(min(bottom, side), 0)),
                slice(max(left, 0), max(min(right, side), 0)))  # fmt: skip

    def _mask(
        self, outlines: list[np.ndarray], window: tuple[slice, slice], radius: int
    ) -> np.ndarray:
        """How much of each pixel of the window lies inside, 0..255, blurred by `radius` pixels."""
        rows, columns = window
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        origin = np.array([columns.start * 16, rows.start * 16], np.int32)
        for outline in outlines:
            cv2.fillPoly(mask, [outline - origin], 255, cv2.LINE_AA, 4)
        return cv2.stackBlur(mask, (2 * radius + 1, 2 * radius + 1)) if radius else mask

    def fill(
        self,
        shapes: Points | list[Points],
        colour: Colour,
        opacity: float = 1,
        blur: float = 0,
        within: Points | None = None,
        both: bool = False,
    ) -> None:
        """Fill outlines with a colour, or with a picture as large as the canvas.

        `blur` softens the edge (face units), `within` clips it, `both` paints its mirror image on
        the other half of the face too.
        """
        if opacity < 0.02:
            return
        # A stack blur of radius r is a triangle of variance r (r + 2) / 6: nearly a Gaussian, and
        # as fast for a wide one as for a narrow one.
        radius = round((6 * (blur * self.unit) ** 2 + 1) ** 0.5 - 1)
        outlines = self._outlines(shapes, both)
        window = self._window(outlines, radius + 2)
        below = self.pixels[:, window[0], window[1]]
        if not below.size:
            return
        mask = self._mask(outlines, window, radius) * np.float32(min(opacity, 1) / 255)
        if within is not None:
            mask *= self._mask(self._outlines(within, both), window, 0) * np.float32(1 / 255)
        paint = np.asarray(colour, np.float32)
        paint = paint[:, window[0], window[1]] if paint.ndim == 3 else paint[:, None, None]
        below += mask * (paint - below)
