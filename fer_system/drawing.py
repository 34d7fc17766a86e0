"""Boxes, labels and emoji onto a picture."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .colours import RGB, UNCERTAIN_COLOUR, class_colour, text_colour
from .emoji import read_emoji
from .recognizer import Face
from .tracker import TrackedFace

SMALLEST = 320
"""Longest side, in pixels, below which a picture is enlarged: a label must fit into it."""

Box = tuple[int, int, int, int]
"""(left, top, width, height) in pixels."""

UNCERTAIN = "uncertain"

# Pillow's own font has ASCII alone; these are looked for on the system, in this order.
UNICODE_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf")


def annotate(
    picture: np.ndarray,
    faces: Sequence[Face],
    labels: Sequence[str] | None = None,
    numbers: Sequence[int] | None = None,
    colours: Sequence[RGB] | None = None,
) -> np.ndarray:
    """A copy of `picture` with every face's box, emoji and label drawn on it.

    For each face, `labels` has the words to write (by default its class and confidence in English,
    or "uncertain"), `numbers` the number of its badge (by default 1, 2, 3 ... where there are
    several faces, or the id of a face that is followed; () draws none) and `colours` the colour of
    box and label (by default its class's; grey where it is uncertain). An uncertain face has no
    emoji.
    `picture` and the result are uint8 RGB of shape (height, width, 3). The result has the size of
    `picture`, except that one shorter than SMALLEST on both sides is enlarged to it, whatever
    `faces` holds.
    """
    labels = [default_label(face) for face in faces] if labels is None else labels
    numbers = default_numbers(faces) if numbers is None else numbers
    colours = [default_colour(face) for face in faces] if colours is None else colours
    canvas = Image.fromarray(picture)
    scale = max(1.0, SMALLEST / max(canvas.size))
    if scale > 1:
        canvas = canvas.resize([max(1, round(side * scale)) for side in canvas.size])
    boxes = [_scaled(face.box, scale) for face in faces]
    _draw_boxes(canvas, boxes, colours)
    # In proportion to the face, within what can be read and what does not cover the picture.
    longest = max(canvas.size)
    text_sizes = [np.clip(width / 8, max(longest / 64, 13), longest / 20) for *_, width, _ in boxes]
    taken = np.array([*boxes, *boxes], int).reshape(-1, 4)  # the second half makes room for labels
    for number, (face, box, text_size) in enumerate(zip(faces, boxes, text_sizes, strict=True)):
        text = f"{numbers[number]}  {labels[number]}" if numbers else labels[number]
        label = _label(face, text, colours[number], round(text_size))
        label.thumbnail(canvas.size)
        place = _free_place(label.size, box, taken[: len(boxes) + number], canvas.size)
        canvas.paste(label, place[:2])
        taken[len(boxes) + number] = place
    return np.array(canvas)


def _scaled(box: Box, scale: float) -> Box:
    left, top, width, height = (round(side * scale) for side in box)
    return left, top, width, height


def default_label(face: Face) -> str:
    """What a face's label says in English."""
    return UNCERTAIN if face.uncertain else f"{face.label} {face.confidence:.0%}"


def default_numbers(faces: Sequence[Face]) -> Sequence[int]:
    """Those of the records: ids of faces that are followed, else places; none of a single face."""
    if len(faces) == 1 and not isinstance(faces[0], TrackedFace):
        return ()
    return [
        face.id if isinstance(face, TrackedFace) else place
        for place, face in enumerate(faces, start=1)
    ]


def default_colour(face: Face) -> RGB:
    """The colour of a face's class, or grey."""
    if face.uncertain:
        return UNCERTAIN_COLOUR
    return class_colour(face.label, tuple(face.probabilities))


def _draw_boxes(canvas: Image.Image, boxes: Sequence[Box], colours: Sequence[RGB]) -> None:
    draw = ImageDraw.Draw(canvas)
    for (left, top, width, height), colour in zip(boxes, colours, strict=True):
        corners = (left, top, left + max(width, 1) - 1, top + max(height, 1) - 1)
        draw.rectangle(corners, outline=colour, width=max(2, max(canvas.size) // 250))


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


def _label(face: Face, text: str, colour: RGB, text_size: int) -> Image.Image:
    """The emoji, where there is one, and the text on a plate of the `colour`."""
    emoji = None if face.uncertain else read_emoji(face.label, round(text_size * 1.4))
    font = _font(text_size, text.isascii())
    padding = max(2, text_size // 4)
    left, _, right, _ = font.getbbox(text)
    height = round(text_size * 1.4) + 2 * padding
    x = padding + (emoji.width + padding if emoji else 0)
    plate = Image.new("RGB", (x + round(right - left) + padding, height), colour)
    if emoji:
        plate.paste(emoji, (padding, (height - emoji.height) // 2), emoji)
    ImageDraw.Draw(plate).text((x, height / 2), text, text_colour(colour), font, anchor="lm")
    return plate


@lru_cache(maxsize=64)
def _font(size: int, ascii_only: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in () if ascii_only else UNICODE_FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
