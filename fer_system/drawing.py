"""Boxes and labels onto a picture: each face's number, emoji, words and colour."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from .colours import BLACK, RGB, UNCERTAIN_COLOUR, class_colour
from .emoji import emoji_date
from .fonts import can_write, writable
from .placement import Box, Size, Space
from .plates import Plate, measure, paint
from .recognizer import Face
from .tracker import TrackedFace

SMALLEST = 320
"""Longest side, in pixels, below which a picture is enlarged: a label must fit into it."""

UNCERTAIN = "uncertain"
SMALLEST_TEXT = (1 / 64, 1 / 100)
"""Text size, as a share of the picture's longest side, from which it is read; in a crowd."""
UNREADABLE = 5
"""Text size, in pixels, below which a label is left out."""


class Label(NamedTuple):
    """A label and its place, `whole` or without its words, and whether it stands `apart`."""

    plate: Plate
    place: Box
    whole: bool
    apart: bool


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
    emoji. Words that no font here has give way to the default ones.
    A label covers no other face and no other label where there is room: in a crowd it gets smaller,
    then loses its words, and then stands apart with a line to its face.
    `picture` and the result are uint8 RGB of shape (height, width, 3). The result has the size of
    `picture`, except that one shorter than SMALLEST on both sides is enlarged to it, whatever
    `faces` holds.
    """
    labels = [default_label(face) for face in faces] if labels is None else labels
    numbers = default_numbers(faces) if numbers is None else numbers
    colours = [default_colour(face) for face in faces] if colours is None else colours
    canvas, scale = _enlarged(picture)
    boxes = [_scaled(face.box, scale) for face in faces]
    for box, colour in zip(boxes, colours, strict=True):
        _draw_box(canvas, box, colour)
    plates = [
        Plate(
            words if can_write(words) else writable(default_label(face)),
            numbers[place] if numbers else None,
            _emoji(face),
            colour,
            0,
        )
        for place, (face, words, colour) in enumerate(zip(faces, labels, colours, strict=True))
    ]
    laid = _laid_out(plates, boxes, (canvas.shape[1], canvas.shape[0]))
    for box, label in zip(boxes, laid, strict=True):
        if label and label.apart:
            _draw_leader(canvas, box, label)
    for label in filter(None, laid):
        paint(canvas, label.plate, *label.place[:2])
    return canvas


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


def _enlarged(picture: np.ndarray) -> tuple[np.ndarray, float]:
    """A copy of a picture that is large enough to be drawn on, and how many times as large."""
    scale = SMALLEST / max(picture.shape[:2])
    if scale <= 1:
        return picture.copy(), 1.0
    size = [max(1, round(side * scale)) for side in picture.shape[1::-1]]
    return np.array(Image.fromarray(picture).resize(size)), scale


def _scaled(box: Box, scale: float) -> Box:
    left, top, width, height = (round(side * scale) for side in box)
    return left, top, width, height


def _emoji(face: Face) -> tuple[str, int] | None:
    """The emoji of a face's class and the date of its file; None where there is none to draw."""
    date = None if face.uncertain else emoji_date(face.label)
    return None if date is None else (face.label, date)


def _laid_out(plates: Sequence[Plate], boxes: Sequence[Box], size: Size) -> list[Label | None]:
    """The labels of all faces; small ones in a crowd, where not all have room for their words."""
    for share in SMALLEST_TEXT:
        space, laid = Space(boxes, size), []
        for face, (plate, box) in enumerate(zip(plates, boxes, strict=True)):
            sized = plate._replace(size=_text_size(box, size, share))
            laid.append(label := _lay(space, face, _fitting(sized, size)))
            if share != SMALLEST_TEXT[-1] and not (label and label.whole):
                break
        else:
            break
    return laid


def _lay(space: Space, face: int, plate: Plate) -> Label | None:
    """Lay a face's label where it hides nothing, in the fullest form that there is room for."""
    brief = plate._replace(text="" if plate.emoji or plate.number is not None else "?")
    if plate.size < UNREADABLE:
        return None
    for form, find in (
        (plate, space.beside),
        (plate, space.upon),
        (brief, space.beside),
        (brief, space.upon),
        (brief, space.apart),
        (brief, space.least),
    ):
        if place := find(face, measure(form)):
            break
    assert place is not None  # there always is a least
    space.take(place)
    return Label(form, place, whole=form == plate, apart=find == space.apart)


def _text_size(box: Box, size: Size, share: float) -> int:
    """In proportion to the face, from `share` of the picture's longest side on.

    In steps of a sixth, so that a face that comes nearer does not change its label all the time.
    """
    longest = max(size)
    wanted = min(max(box[2] / 8, longest * share, 13), longest / 20)
    return round(2 ** (math.ceil(4.5 * math.log2(wanted)) / 4.5))


def _draw_box(canvas: np.ndarray, box: Box, colour: RGB) -> None:
    """The outline of a box, with a dark line within it that shows on a picture of its colour."""
    left, top, width, height = box
    right, bottom = left + max(width, 1), top + max(height, 1)
    thick = round(min(max(min(width, height) / 24, 1), max(2, max(canvas.shape) / 250)))
    for inset, line, ink in ((thick, 1, BLACK), (0, thick, colour)):
        outer = [max(0, side) for side in (left + inset, top + inset)]
        x, y, end, base = *outer, max(0, right - inset), max(0, bottom - inset)
        canvas[y : y + line, x:end] = canvas[max(0, base - line) : base, x:end] = ink
        canvas[y:base, x : x + line] = canvas[y:base, max(0, end - line) : end] = ink


def _fitting(plate: Plate, room: Size) -> Plate:
    """The same, its text made small enough for a plate that is no larger than `room`."""
    share = min(most / side for most, side in zip(room, measure(plate), strict=True))
    return plate if share >= 1 else plate._replace(size=int(plate.size * share * 0.9))


def _draw_leader(canvas: np.ndarray, box: Box, label: Label) -> None:
    """A line from the box of a face to its label, with a dark edge."""
    left, top, width, height = label.place
    centre = [left + width // 2, top + height // 2]
    start = [
        min(max(part, low), low + side)
        for part, low, side in zip(centre, box[:2], box[2:], strict=True)
    ]
    thick = max(1, round(max(canvas.shape) / 600))
    cv2.line(canvas, start, centre, BLACK, thick + 2, cv2.LINE_AA)
    cv2.line(canvas, start, centre, label.plate.colour, thick, cv2.LINE_AA)
