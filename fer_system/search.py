"""Where the faces of a still are: small ones in large pictures, and those of pictures lying askew.

A detector looks at a picture once, at one size. Here it looks again where that may not be enough.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import cv2
import numpy as np

from .detector import LONGEST, Detection, Detector
from .errors import RecognitionError

Detail = Literal["fast", "normal", "high"]
"""How thoroughly a still is searched for small faces."""
LONGEST_SEEN: dict[Detail, int] = {"fast": LONGEST, "normal": 2 * LONGEST, "high": 4 * LONGEST}
"""Longest side, in pixels, of the largest copy of a picture that the detector gets to see."""

SMALL = 64
"""Side of a face, in pixels as the detector saw it: where the smallest is larger, nobody looks for
smaller ones in a larger copy; and there only faces up to this side count, as larger ones would have
been found before."""
TURNS = 90, 270, 180, 45, 315
"""Degrees clockwise by which a picture is turned where nothing is found in it as it is."""
MIN_TURNED_SCORE = 0.7
"""A face in a turned picture counts from this score on."""


def check_detail(detail: str) -> Detail:
    """`detail` itself; RecognitionError where there is no such."""
    for known in LONGEST_SEEN:
        if detail == known:
            return known
    raise RecognitionError(
        "There is no detail {value}; choose fast, normal or high.", value=repr(detail)
    )


def find_faces(detector: Detector, picture: np.ndarray, detail: Detail) -> list[Detection]:
    """The faces of `picture`, uint8 RGB (height, width, 3), in no set order.

    What is found in a copy of LONGEST pixels is final. While the smallest face there is small, or
    there is none, small ones are looked for in a copy twice as large, up to what `detail` allows
    and the picture holds.
    """
    found = detector(picture, LONGEST)
    for longest in _larger(picture, detail):
        scale = longest / max(picture.shape[:2])
        if found and min(face.square[2] for face in found) * scale / 2 > SMALL:
            break
        found += [
            face
            for face in detector(picture, longest)
            if face.square[2] * scale <= SMALL and not any(_overlap(face, each) for each in found)
        ]
    return found


def find_turned(detector: Detector, picture: np.ndarray) -> list[Detection]:
    """The faces of the first of TURNS by which the picture has any, in its own coordinates."""
    for degrees in TURNS:
        turn, size = turning(picture, degrees)
        turned = cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REPLICATE)
        found = [face for face in detector(turned, LONGEST) if (face.score or 0) > MIN_TURNED_SCORE]
        if found:
            back = cv2.invertAffineTransform(turn)
            return [_turned_back(face, back, degrees, picture.shape) for face in found]
    return []


def turning(picture: np.ndarray, degrees: float) -> tuple[np.ndarray, tuple[int, int]]:
    """What turns `picture` clockwise, (2, 3), and the width and height of what all of it fills."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    wide, high = np.rint(np.abs(turn[:, :2]) @ (width, height)).astype(int).tolist()
    turn[:, 2] += (wide - width) / 2, (high - height) / 2
    return turn, (wide, high)


def _larger(picture: np.ndarray, detail: Detail) -> Iterator[int]:
    """Longest sides of the copies to look at after the first, each at most twice the last."""
    longest = LONGEST
    most = min(LONGEST_SEEN[detail], max(picture.shape[:2]))
    while longest < most:
        longest = min(2 * longest, most)
        yield longest


def _overlap(face: Detection, other: Detection) -> bool:
    """Whether the middle of either square lies in the other."""
    return _holds(face, other) or _holds(other, face)


def _holds(face: Detection, other: Detection) -> bool:
    left, top, side = face.square
    x, y = (start + other.square[2] / 2 for start in other.square[:2])
    return left <= x <= left + side and top <= y <= top + side


def _turned_back(
    face: Detection, back: np.ndarray, degrees: int, shape: tuple[int, ...]
) -> Detection:
    """A face of the turned picture, where it is in the picture as given."""

    def placed(x: float, y: float) -> tuple[float, float]:
        across, down = (back @ (x, y, 1)).tolist()
        return across, down

    left, top, side = face.square
    x, y = placed(left + side / 2, top + side / 2)
    sides = face.box[2:] if degrees % 180 == 0 else face.box[:1:-1]
    middle = placed(face.box[0] + face.box[2] / 2, face.box[1] + face.box[3] / 2)
    corners = [(at - length / 2, at + length / 2) for at, length in zip(middle, sides, strict=True)]
    (x1, x2), (y1, y2) = (
        np.rint(np.clip(ends, 0, most)).astype(int).tolist()
        for ends, most in zip(corners, shape[1::-1], strict=True)
    )
    return replace(
        face,
        box=(x1, y1, x2 - x1, y2 - y1),
        square=(x - side / 2, y - side / 2, side),
        landmarks=None if face.landmarks is None else tuple(placed(*at) for at in face.landmarks),
        turned=degrees,
    )
