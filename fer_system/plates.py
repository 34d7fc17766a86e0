"""A face's label as a small picture: a plate with its number, its emoji and its words."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from .colours import RGB, text_colour
from .emoji import read_emoji
from .fonts import draw_text, text_width

LARGEST_KEPT = 48
"""Text size, in pixels, up to which plates are kept for the next picture of a film."""

SMOOTH = 4
"""How many times as large a plate's outline is drawn, for round corners without steps."""


class Plate(NamedTuple):
    """What a label shows. `emoji` is a class and the date of its file, `size` the text's in pixels.

    Nothing of it must be there: no `text`, `number` or `emoji` leaves it out.
    """

    text: str
    number: int | None
    emoji: tuple[str, int] | None
    colour: RGB
    size: int


class Pixels(NamedTuple):
    """A plate, uint16 (height, width, 3), times its opacity; and 255 less that, (..., 1)."""

    colours: np.ndarray
    see_through: np.ndarray


@lru_cache(maxsize=1024)
def measure(plate: Plate) -> tuple[int, int]:
    """Width and height of a plate in pixels."""
    *_, right = _columns(plate)
    return right, round(1.6 * plate.size)


def paint(canvas: np.ndarray, plate: Plate, left: int, top: int) -> None:
    """Lay a plate on `canvas`, uint8 RGB, into which it fits."""
    drawn = (_drawn if plate.size <= LARGEST_KEPT else _drawn.__wrapped__)(plate)
    height, width = drawn.colours.shape[:2]
    below = canvas[top : top + height, left : left + width]
    below[:] = (drawn.colours + below * drawn.see_through) // 255


def _columns(plate: Plate) -> tuple[int, int, int, int]:
    """Where the number ends, where emoji and words begin, and where all ends, in pixels."""
    pad = _pad(plate.size)
    number = 0 if plate.number is None else text_width(str(plate.number), plate.size) + 2 * pad
    emoji = number + pad
    words = emoji + (round(1.3 * plate.size) + pad if plate.emoji else 0)
    right = words + (text_width(plate.text, plate.size) + pad if plate.text else 0)
    return number, emoji, words, number if right == number + pad else right


def _pad(size: int) -> int:
    return max(2, size // 4)


@lru_cache(maxsize=256)
def _drawn(plate: Plate) -> Pixels:
    """The picture of a plate; its number stands on a field of the words' colour."""
    width, height = measure(plate)
    number, emoji_left, words, _ = _columns(plate)
    ink = text_colour(plate.colour)
    picture = Image.new("RGB", (width, height), plate.colour)
    draw = ImageDraw.Draw(picture)
    base = round(height / 2 + 0.36 * plate.size)
    if number:
        draw.rectangle((0, 0, number - 1, height), fill=ink)
        draw_text(draw, (_pad(plate.size), base), str(plate.number), plate.size, plate.colour)
    side = round(1.3 * plate.size)
    if plate.emoji and (emoji := read_emoji(plate.emoji[0], side)):
        picture.paste(emoji, (emoji_left, (height - side) // 2), emoji)
    draw_text(draw, (words, base), plate.text, plate.size, ink)
    opacity = np.array(_outline(width, height), np.uint16)[..., None]
    return Pixels(np.array(picture, np.uint16) * opacity, 255 - opacity)


def _outline(width: int, height: int) -> Image.Image:
    """How opaque a plate is: not at all beyond its round corners."""
    large = Image.new("L", (SMOOTH * width, SMOOTH * height))
    corners = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(corners, SMOOTH * height // 5, fill=255)
    return large.reduce(SMOOTH)
