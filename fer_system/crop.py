"""Squares cut out of a picture, and what the five landmarks of a face tell of how it is held."""

from collections.abc import Sequence

import cv2
import numpy as np

Landmarks = Sequence[tuple[float, float]]
Square = tuple[float, float, float]
"""Left, top and side, in pixels."""

# Eyes, nose and corners of the mouth of an upright face, about their mean: medians of what YuNet
# tells of FER2013's validation faces, enlarged four times.
UPRIGHT = np.array([(-0.8, -0.86), (0.8, -0.86), (0.0, 0.1), (-0.66, 0.81), (0.66, 0.81)])


def cut_square(picture: np.ndarray, square: Square, tilt: float = 0.0) -> np.ndarray:
    """(left, top, side), in pixels, of a picture uint8 (height, width) or (height, width, 3).

    It is turned back about its middle by the `tilt`, degrees clockwise, of what it shows. Where it
    reaches over the edge, the border's pixels are repeated.
    """
    left, top, side = square
    pixels = max(1, round(side))
    if tilt:
        back = square_to_picture(square, tilt)
        return cv2.warpAffine(
            picture,
            back,
            (pixels, pixels),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    steps = np.arange(pixels)
    rows = np.clip(round(top) + steps, 0, picture.shape[0] - 1)
    columns = np.clip(round(left) + steps, 0, picture.shape[1] - 1)
    return picture[np.ix_(rows, columns)]


def square_to_picture(square: Square, tilt: float) -> np.ndarray:
    """What takes a point (x, y, 1) of a square that was cut out to the picture, (2, 3)."""
    left, top, side = square
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), -tilt, 1)
    turn[:, 2] += np.array([left, top])
    return turn


def cut_face(grey: np.ndarray, square: Square, size: int, tilt: float = 0.0) -> np.ndarray:
    """`cut_square` of a grey picture, scaled: a face as the network gets it.

    The result is float32, `size` pixels high and wide, of grey levels that are not rounded: what
    does the same elsewhere, such as fer_system.graph, could not round alike.
    """
    cut = cut_square(grey, square, tilt).astype(np.float32)
    method = cv2.INTER_AREA if len(cut) > size else cv2.INTER_LINEAR
    return cv2.resize(cut, (size, size), interpolation=method)


def lean(landmarks: Landmarks | None, tilt: float = 0.0) -> float:
    """Degrees clockwise, -180..180, by which a face is tilted by more than `tilt`.

    By what turn all its five landmarks fit those of an upright face best; 0 where none are known.
    """
    if landmarks is None:
        return 0.0
    points = np.asarray(landmarks) - np.mean(landmarks, axis=0)
    along = (UPRIGHT * points).sum()
    across = (UPRIGHT[:, 0] * points[:, 1] - UPRIGHT[:, 1] * points[:, 0]).sum()
    return half_turn(float(np.degrees(np.arctan2(across, along))) - tilt)


def half_turn(degrees: float) -> float:
    """The same direction as one of -180 to 180 degrees."""
    return (degrees + 180) % 360 - 180
