"""What a page does before it listens: one recognition, so that the first visitor waits for none."""

import numpy as np

from fer_system.recognizer import FER2013_SIDE, Recognizer


def warm_up(recognizer: Recognizer) -> None:
    """Have the detector and the network recognise one made picture, which counts as a face."""
    shades = np.linspace(0, 255, FER2013_SIDE, dtype=np.uint8)
    recognizer(np.tile(shades[:, None, None], (1, FER2013_SIDE, 3)))
