"""Where the faces of a still are: small ones, tilted ones, and those of pictures lying askew.

A detector looks at a picture once, at one size. Here it looks again where that may not be enough.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import cv2
import numpy as np

from .crop import Square, cut_square, half_turn, lean, square_to_picture
from .detector import LONGEST, Detection, Detector
from .errors import RecognitionError
from .picture import load_picture

Detail = Literal["fast", "normal", "high"]
"""How thoroughly a still is searched for small faces."""
DETAIL: Detail = "normal"
LONGEST_SEEN: dict[Detail, int] = {"fast": LONGEST, "normal": 2 * LONGEST, "high": 4 * LONGEST}
"""Longest side, in pixels, of the largest copy of a picture that the detector gets to see."""

SMALL = 64
"""Side of a face, in pixels as the detector saw it: where the smallest is larger, nobody looks for
smaller ones in a larger copy; and there only faces up to this side count, as larger ones would have
been found before."""

TURNS = 90, 270, 180, 45, 315
"""Degrees clockwise by which a picture is turned where nothing sure is found in it as it is."""
GLANCE = 448
"""Longest side, in pixels, of what is seen of a picture to tell whether it has to be turned."""
SURE, CREDIBLE = 0.9, 0.8
"""Scores. The surest face of an upright photo has the first or more; lying ones, found at all, have
less. A turned picture is believed to be upright where one face has the second."""

SIDE = 192
"""Side, in pixels, of a face that is looked at alone: of smaller ones, and of those tilted by more
than 45 degrees, YuNet's landmarks tell but a part of the tilt."""
AROUND = 5 / 3
"""Side of what is seen of a face that is looked at alone, as a multiple of the face's."""
LEANING, TILTED = 5.0, 20.0
"""Degrees: a face whose landmarks lean by more than the first is looked at alone, and is read
turned upright where it proves to be tilted by more than the second."""
LOOKS = 3
"""So often a face is looked at alone, each time turned by what still seemed to be its tilt."""


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


def find_turned(
    detector: Detector, picture: np.ndarray, found: list[Detection], detail: Detail
) -> list[Detection]:
    """The faces of the picture as it is, `found`, or turned by whichever of TURNS shows most.

    It is not turned where one face is surely upright.
    """
    if any((face.score or 0) >= SURE for face in found):
        return found
    best, most = 0, _sum(found)
    small = load_picture(picture, 2 * GLANCE)  # a large one takes seconds to turn
    for degrees in TURNS:
        faces = detector(_turned(small, degrees), GLANCE)
        if any((face.score or 0) >= CREDIBLE for face in faces) and _sum(faces) > most:
            best, most = degrees, _sum(faces)
    if not best:
        return found
    back = cv2.invertAffineTransform(turning(picture, best)[0])
    faces = find_faces(detector, _turned(picture, best), detail)
    return [_moved(face, back, picture, best) for face in faces]


def straightened(detector: Detector, picture: np.ndarray, face: Detection) -> Detection:
    """`face`, with its tilt, and its places as a look at it turned upright gives them.

    As it is where turned upright it is no surer a face; where it is hardly tilted, only its
    landmarks are those of the closer look.
    """
    given = half_turn(-face.turned)
    rest, tilt = lean(face.landmarks, given), given
    as_it_is = straight = replace(face, tilt=given)
    if abs(rest) < LEANING:
        return as_it_is
    for _ in range(LOOKS):
        tilt = half_turn(tilt + rest)
        seen = _alone(detector, picture, face, tilt)
        if seen is None or (seen.score or 0) < (face.score or 0):
            return as_it_is
        rest = lean(seen.landmarks, tilt)
        if abs(half_turn(tilt + rest)) <= TILTED:
            return replace(face, tilt=0.0, landmarks=seen.landmarks)
        straight = seen
        if abs(rest) < LEANING:
            break
    return straight


def turning(picture: np.ndarray, degrees: float) -> tuple[np.ndarray, tuple[int, int]]:
    """What turns `picture` clockwise, (2, 3), and the width and height of what all of it fills."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    wide, high = np.rint(np.abs(turn[:, :2]) @ (width, height)).astype(int).tolist()
    turn[:, 2] += (wide - width) / 2, (high - height) / 2
    return turn, (wide, high)


def _turned(picture: np.ndarray, degrees: float) -> np.ndarray:
    turn, size = turning(picture, degrees)
    return cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REPLICATE)


def _larger(picture: np.ndarray, detail: Detail) -> Iterator[int]:
    """Longest sides of the copies to look at after the first, each at most twice the last."""
    longest = LONGEST
    most = min(LONGEST_SEEN[detail], max(picture.shape[:2]))
    while longest < most:
        longest = min(2 * longest, most)
        yield longest


def _sum(faces: list[Detection]) -> float:
    return sum(face.score or 0 for face in faces)


def _overlap(face: Detection, other: Detection) -> bool:
    """Whether the middle of either square lies in the other."""
    return _holds(face.square, _middle(other.square)) or _holds(other.square, _middle(face.square))


def _holds(square: Square, point: tuple[float, float]) -> bool:
    return all(0 <= at - start <= square[2] for at, start in zip(point, square[:2], strict=True))


def _middle(square: Square) -> tuple[float, float]:
    return square[0] + square[2] / 2, square[1] + square[2] / 2


def _alone(
    detector: Detector, picture: np.ndarray, face: Detection, tilt: float
) -> Detection | None:
    """What the detector makes of the face alone, SIDE pixels large and turned back by `tilt`."""
    (x, y), size = _middle(face.square), round(AROUND * SIDE)
    side = AROUND * face.square[2]
    around = (x - side / 2, y - side / 2, side)
    seen = cv2.resize(cut_square(picture, around, tilt), (size, size))
    back = square_to_picture(around, tilt) * (side / size, side / size, 1)
    middle = (size / 2 - SIDE / 4, size / 2 - SIDE / 4, SIDE / 2)
    faces = [each for each in detector(seen, size) if _holds(middle, _middle(each.square))]
    if not faces:
        return None
    surest = max(faces, key=lambda each: each.score or 0)
    return replace(_moved(surest, back, picture, face.turned), tilt=tilt)


def _moved(face: Detection, back: np.ndarray, picture: np.ndarray, turned: int) -> Detection:
    """A face of a turned or cut picture, where it is in `picture`; `back`, (2, 3), leads there."""

    def placed(x: float, y: float) -> tuple[float, float]:
        across, down = (back @ (x, y, 1)).tolist()
        return across, down

    scale = float(np.hypot(*back[:, 0]))
    x, y = placed(*_middle(face.square))
    side = scale * face.square[2]
    left, top, width, height = face.box
    x1, y1 = placed(left + width / 2, top + height / 2)
    lies = abs(back[1, 0]) > abs(back[0, 0])
    wide, high = (scale * length for length in ((height, width) if lies else (width, height)))
    corners = np.array([x1 - wide / 2, y1 - high / 2, x1 + wide / 2, y1 + high / 2])
    most = picture.shape[1::-1] * 2
    x1, y1, x2, y2 = np.rint(np.clip(corners, 0, most)).astype(int).tolist()
    return replace(
        face,
        box=(x1, y1, x2 - x1, y2 - y1),
        square=(x - side / 2, y - side / 2, side),
        landmarks=None if face.landmarks is None else tuple(placed(*at) for at in face.landmarks),
        turned=turned,
    )
