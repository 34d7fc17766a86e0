"""Boxes, labels and emoji onto a picture."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from .places import emoji_path
from .recognizer import Face

SMALLEST = 320
"""Longest side, in pixels, below which a picture is enlarged: a label must fit into it."""

Box = tuple[int, int, int, int]
"""(left, top, width, height) in pixels."""

BOX_COLOUR = (255, 196, 0)
LABEL_COLOUR, TEXT_COLOUR = (20, 20, 20), (255, 255, 255)
UNCERTAIN = "uncertain"

# Pillow's own font has ASCII alone; these are looked for on the system, in this order.
UNICODE_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf")


def annotate(picture: np.ndarray, faces: Sequence[Face]) -> np.ndarray:
    """A copy of `picture` with every face's box, emoji, label and confidence drawn on it.

    An uncertain face is labelled `uncertain`, without an emoji.
    `picture` and the result are uint8 RGB of shape (height, width, 3). The result has the size of
    `picture`, except that one shorter than SMALLEST on both sides is enlarged to it, whatever
    `faces` holds.
    """
    canvas = Image.fromarray(picture)
    scale = max(1.0, SMALLEST / max(canvas.size))
    if scale > 1:
        canvas = canvas.resize([max(1, round(side * scale)) for side in canvas.size])
    boxes = [_scaled(face.box, scale) for face in faces]
    _draw_boxes(canvas, boxes)
    # In proportion to the face, within what can be read and what does not cover the picture.
    longest = max(canvas.size)
    text_sizes = [np.clip(width / 8, max(longest / 64, 13), longest / 20) for *_, width, _ in boxes]
    taken = np.array([*boxes, *boxes], int).reshape(-1, 4)  # the second half makes room for labels
    for number, (face, box, text_size) in enumerate(zip(faces, boxes, text_sizes, strict=True)):
        label = _label(face, round(text_size))
        label.thumbnail(canvas.size)
        place = _free_place(label.size, box, taken[: len(boxes) + number], canvas.size)
        canvas.paste(label, place[:2])
        taken[len(boxes) + number] = place
    return np.array(canvas)


def _scaled(box: Box, scale: float) -> Box:
    left, top, width, height = (round(side * scale) for side in box)
    return left, top, width, height


def _draw_boxes(canvas: Image.Image, boxes: Sequence[Box]) -> None:
    draw = ImageDraw.Draw(canvas)
    for left, top, width, height in boxes:
        corners = (left, top, left + max(width, 1) - 1, top + max(height, 1) - 1)
        draw.rectangle(corners, outline=BOX_COLOUR, width=max(2, max(canvas.size) // 250))


def _free_place(size: tuple[int, int], box: Box, taken: np.ndarray, within: Sequence[int]) -> Box:
    """Where a label of `size` at `box`, inside the picture, covers the least of what is `taken`."""
    left, top, width, height = box
    above, below, flush_right = top - size[1], top + height, left + width - size[0]
    places = [
        (min(max(0, x), within[0] - size[0]), min(max(0, y), within[1] - size[1]), *size)
        for y in (above, below)
        for x in (left, flush_right)
    ]
    return min(places, key=lambda place: _overlap(place, taken))


def _overlap(place: Box, others: np.ndarray) -> int:
    """The area, in pixels, that a box has in common with others, (boxes, 4)."""
    start, end = np.array(place[:2]), np.array(place[:2]) + place[2:]
    shared = np.minimum(end, others[:, :2] + others[:, 2:]) - np.maximum(start, others[:, :2])
    return int(shared.clip(0).prod(axis=1).sum())


def _label(face: Face, text_size: int) -> Image.Image:
    """The emoji, where there is one, and the text on a dark plate."""
    text, emoji = UNCERTAIN, None
    if not face.uncertain:
        text = f"{face.label} {face.confidence:.0%}"
        emoji = _emoji(face.label, round(text_size * 1.4))
    font = _font(text_size, text.isascii())
    padding = max(2, text_size // 4)
    left, _, right, _ = font.getbbox(text)
    height = round(text_size * 1.4) + 2 * padding
    x = padding + (emoji.width + padding if emoji else 0)
    plate = Image.new("RGB", (x + round(right - left) + padding, height), LABEL_COLOUR)
    if emoji:
        plate.paste(emoji, (padding, (height - emoji.height) // 2), emoji)
    ImageDraw.Draw(plate).text((x, height / 2), text, TEXT_COLOUR, font, anchor="lm")
    return plate


@lru_cache(maxsize=64)
def _font(size: int, ascii_only: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in () if ascii_only else UNICODE_FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _emoji(class_name: str, size: int) -> Image.Image | None:
    """The class's emoji, within size x size pixels; None where it has none that can be read."""
    path = emoji_path(class_name)
    try:
        return _read_emoji(path, path.stat().st_mtime_ns, size)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


@lru_cache(maxsize=128)
def _read_emoji(path: str, changed: int, size: int) -> Image.Image:  # `changed` renews the cache
    with Image.open(path) as image:
        return ImageOps.contain(image.convert("RGBA"), (size, size))
