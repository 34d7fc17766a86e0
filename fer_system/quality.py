"""What makes a face hard to read: too small, dark, blurred, turned. Figures, and words for them."""

from typing import Literal

import cv2
import numpy as np

from .crop import Landmarks

Note = Literal["small", "dark", "blurred", "turned"]

# The champion loses 17 points of accuracy on faces of 24 pixels, and few on faces of 40.
SMALLEST = 32
"""Side of a face, in pixels, below which it is small."""

# Of FER2013's 3,589 validation faces 1 % lie below either limit; of the same faces blurred by one
# pixel 96 %, and in a third of their light all.
SHARPEST, BRIGHTEST = 0.27, 100

ASIDE = 0.25
"""How far the nose may be from the middle between the eyes, as a share of their distance."""
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
    """Whether a face looks aside or is tilted more than `tilt`, by its eyes and its nose's tip."""
    left, right, nose = np.asarray(landmarks[:3])
    line = right - left
    length = max(float(np.hypot(*line)), 1e-6)
    along = float((nose - left) @ line) / length**2
    rest = (np.degrees(np.arctan2(line[1], line[0])) - tilt + 180) % 360 - 180
    return abs(along - 0.5) > ASIDE or abs(rest) > TILT
