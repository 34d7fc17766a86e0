"""Where the faces of a film are: looked for in key frames, and near by in those between.

A film is not live, so a frame can wait for a later one: where two key frames show the same faces,
they are between both in the frames between, and a small part of the picture is all that needs to be
looked at. Else the frame in the middle is a key frame too, and so on down to every frame. A cut in
the film has a key frame on both sides.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from .detector import Detection
from .film import Frame
from .pairing import pair
from .placement import Box

APART, MOST = 0.13, 8
"""From a key frame to the next there are so many seconds, at least, and so many frames, at most."""

NEAR = 0.25
"""How far a face goes at most between two key frames, as `distances` tells it."""

# Frames of a scene differ by up to 13, and by 17 where the camera is shaken; cuts by 26 and more.
CUT = 20
"""Grey levels by which a frame's small copy differs, on average, from the one before a cut."""

MARGIN = 0.75
"""Of a face's longer side, that is looked at around it."""

WORTH = 0.7
"""Share of a picture from which on it is looked at as a whole."""

Detect = Callable[[np.ndarray, Box | None], Sequence[Detection]]
"""Finds the faces of a picture, uint8 RGB of shape (height, width, 3), or of that part of it."""


class Place(NamedTuple):
    """Where a face may be."""

    box: Box


@dataclass(frozen=True)
class Found:
    """A frame and its faces; they were looked for in a key frame, and a cut begins a scene."""

    frame: Frame
    faces: Sequence[Detection]
    is_key: bool = True
    is_cut: bool = False


def find_in_film(frames: Iterator[Frame], detect: Detect) -> Iterator[Found]:
    """The faces of each frame of a film; at most MOST frames are read before they are given."""
    key: Found | None = None  # the last key frame
    since: list[Frame] = []  # the frames that came after it
    small: np.ndarray | None = None
    for frame in frames:
        before, small = small, _small_copy(frame.pixels)
        is_cut = before is not None and bool(cv2.absdiff(before, small).mean() > CUT)
        if key is None or is_cut:
            yield from _since(key, since, detect)
            key, since = Found(frame, detect(frame.pixels, None), is_cut=is_cut), []
            yield key
            continue
        since.append(frame)
        if frame.time - key.frame.time >= APART or len(since) == MOST:
            found = _since(key, since, detect)
            key, since = found[-1], []
            yield from found
    yield from _since(key, since, detect)


def _small_copy(pixels: np.ndarray) -> np.ndarray:
    """A few pixels of a picture, as grey as its green is."""
    return cv2.resize(pixels[::4, ::4, 1].copy(), (32, 24), interpolation=cv2.INTER_AREA)


def _since(key: Found | None, frames: Sequence[Frame], detect: Detect) -> list[Found]:
    """The frames after a key frame, of which the last becomes one."""
    if key is None or not frames:
        return []
    last = Found(frames[-1], detect(frames[-1].pixels, None))
    return [*_between(key, frames[:-1], last, detect), last]


def _between(first: Found, frames: Sequence[Frame], last: Found, detect: Detect) -> list[Found]:
    """The frames between two key frames."""
    if not frames:
        return []
    if (same := _same(first.faces, last.faces)) is not None:
        start, end = first.frame.time, last.frame.time
        shares = [(frame.time - start) / (end - start) for frame in frames]
        return [
            _near(frame, [_on_its_way(*faces, share) for faces in same], detect)
            for frame, share in zip(frames, shares, strict=True)
        ]
    middle = len(frames) // 2
    found = Found(frames[middle], detect(frames[middle].pixels, None))
    return [
        *_between(first, frames[:middle], found, detect),
        found,
        *_between(found, frames[middle + 1 :], last, detect),
    ]


def _same(
    before: Sequence[Detection], after: Sequence[Detection]
) -> list[tuple[Detection, Detection]] | None:
    """Each face of two key frames in both; None where one is missing or has gone far."""
    pairs = pair(before, after, NEAR)
    if not len(pairs) == len(before) == len(after):
        return None
    return [(before[one], after[other]) for one, other in sorted(pairs.items())]


def _on_its_way(before: Detection, after: Detection, share: float) -> Place:
    """Where a face is that has gone that share of its way."""
    left, top, width, height = (
        round((1 - share) * start + share * end)
        for start, end in zip(before.box, after.box, strict=True)
    )
    return Place((left, top, width, height))


def _near(frame: Frame, places: Sequence[Place], detect: Detect) -> Found:
    """A frame whose faces are at about those places; a key frame where they are not."""
    if not places:
        return Found(frame, [], is_key=False)
    height, width = frame.pixels.shape[:2]
    part = _around(places)
    if part[2] * part[3] < WORTH * width * height:
        faces = detect(frame.pixels, part)
        pairs = pair(places, faces, NEAR)
        if len(pairs) == len(places):
            return Found(frame, [faces[found] for _, found in sorted(pairs.items())], is_key=False)
    return Found(frame, detect(frame.pixels, None))


def _around(places: Sequence[Place]) -> Box:
    """What holds all of the places and a margin around each."""
    boxes = np.array([place.box for place in places])
    margins = MARGIN * boxes[:, 2:].max(axis=1, keepdims=True)
    start = (boxes[:, :2] - margins).min(axis=0)
    size = (boxes[:, :2] + boxes[:, 2:] + margins).max(axis=0) - start
    left, top, width, height = np.rint([*start, *size]).astype(int).tolist()
    return left, top, width, height
