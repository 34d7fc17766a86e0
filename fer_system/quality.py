"""What makes a face hard to read: too small, dark, blurred, turned. Figures, and words for them."""

from typing import Literal

import cv2
import numpy as np

from .crop import Landmarks, half_turn

Note = Literal["small", "dark", "blurred", "turned"]

# The champion loses 17 points of accuracy on faces of 24 pixels, and few on faces of 40.
SMALLEST = 32
"""Side of a face, in pixels, below which it is small."""

# Of FER2013's 3,589 validation faces 1 % lie below either limit; of the same faces blurred by one
# pixel 96 %, and in a third of their light all.
SHARPEST, BRIGHTEST = 0.27, 100

ASIDE = 0.25
"""How far the nose may be from the middle between the eyes, as a share of their distance."""
# Of FER2013's validation faces 2 % lie below the one limit and 7 % above the other.
RAISED, LOWERED = 0.46, 0.63
"""How far down from the eyes to the mouth the nose may be, as a share of that way."""
TILT = 25
"""Degrees that the line through the eyes may be off the horizontal."""


def quality_notes(
    crop: np.ndarray, side: float, landmarks: Landmarks | None, tilt: float = 0.0
) -> tuple[Note, ...]:
    """Why a face may be read wrongly; nothing where all is well.

    `crop` is the face as the network gets it, grey uint8 (size, size), `side` the side in pixels
    that it had in the picture, `landmarks` and `tilt` those of its `Detection`.
    """
    found: dict[Note, bool] = {
        "small": side < SMALLEST,
        "dark": bool(np.percentile(crop, 95) < BRIGHTEST),
        "blurred": sharpness(crop) < SHARPEST,
        "turned": landmarks is not None and is_turned(landmarks, tilt),
    }
    return tuple(note for note, holds in found.items() if holds)


def sharpness(crop: np.ndarray) -> float:
    """Mean absolute Laplacian over standard deviation of a grey picture; contrast cancels out."""
    return float(np.abs(cv2.Laplacian(crop, cv2.CV_32F)).mean() / max(crop.std(), 1))


def is_turned(landmarks: Landmarks, tilt: float = 0.0) -> bool:
    """Whether a face looks aside, up or down, or is tilted much more or less than `tilt`."""
    left, right, nose, *mouth = np.asarray(landmarks)
    line = right - left
    length = max(float(np.hypot(*line)), 1e-6)
    along, down = line / length, np.array([-line[1], line[0]]) / length
    eyes, corners = (left + right) / 2, np.mean(mouth, axis=0)
    aside = float((nose - eyes) @ along) / length
    way = max(float((corners - eyes) @ down), 1e-6)
    height = float((nose - eyes) @ down) / way
    rest = half_turn(float(np.degrees(np.arctan2(line[1], line[0]))) - tilt)
    return abs(aside) > ASIDE or not RAISED <= height <= LOWERED or abs(rest) > TILT
