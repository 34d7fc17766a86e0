"""Pictures as PNG files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np


def write_png(path: Path, picture: np.ndarray) -> None:
    """Write an RGB picture, as small as PNG gets it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, png = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    path.write_bytes(png.tobytes())
