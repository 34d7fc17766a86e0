"""Where a face is photographed."""

from __future__ import annotations

from dataclasses import dataclass

from drawings.pen.colours import Colour


@dataclass(frozen=True)
class Setting:
    """Camera and light."""

    scale: float  # half the face's width / half the picture's
    x: float  # the face's place in the picture, in half pictures from the middle
    y: float
    tilt: float  # radians, clockwise
    light: tuple[float, float, float]  # towards the lamp: x right, y down, z to the camera
    ambient: float
    background: Colour
    exposure: float
    noise: float  # grey levels, standard deviation
    blur: float  # of the picture's width
