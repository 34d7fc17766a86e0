"""The heads: one hue for each class."""

from __future__ import annotations

import numpy as np
from PIL import Image

from drawings.emoji.pen import Colour

SIZE = 256
SUPERSAMPLING = 4
HEAD_RADIUS = 0.94
# Light side and dark side of each head: a hue per class, told apart even at 16 pixels.
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
