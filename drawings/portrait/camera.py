"""What a camera makes of a painted portrait."""

from __future__ import annotations

import cv2
import numpy as np

from drawings.people.setting import Setting

SUPERSAMPLING = 2  # more is slower and, at 48 pixels, no better to look at


def expose(
    picture: np.ndarray, setting: Setting, size: int, rng: np.random.Generator
) -> np.ndarray:
    """What the camera makes of it, (size, size, ...) uint8: sharpness, exposure, noise."""
    small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    if setting.blur * size > 0.3:
        small = cv2.GaussianBlur(small, (0, 0), setting.blur * size)
    # The grain of a 48-pixel picture, so that noise looks alike at every size.
    coarse = rng.normal(0, setting.noise, (48, 48)).astype(np.float32)
    grain = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    grain = grain if small.ndim == 2 else grain[..., None]
    return np.clip(small * setting.exposure + grain, 0, 255).astype(np.uint8)
