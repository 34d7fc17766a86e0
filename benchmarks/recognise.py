"""What a face costs: the champion alone, and detector and champion on a 640x480 picture.

`python -m benchmarks.recognise [MODEL]`, on one thread.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from benchmarks.timing import seconds
from fer_system import DEFAULT_MODEL, Recognizer
from fer_system.classifier import Classifier

ROUNDS = 200


def main() -> None:
    """Print milliseconds per face and per picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", type=Path, default=DEFAULT_MODEL)
    model = parser.parse_args().model
    classifier, recognizer = Classifier(model), Recognizer(model)
    face = np.random.default_rng(1).integers(0, 256, (1, 48, 48)).astype(np.uint8)
    batch = np.repeat(face, 16, axis=0)
    picture = cv2.resize(data.astronaut(), (640, 480))
    runs = {
        "one face, classifier alone": lambda: classifier(face),
        "16 faces at once, classifier alone": lambda: classifier(batch),
        f"640x480 with one face, {recognizer.detector_name} and classifier": lambda: recognizer(
            picture
        ),
    }
    print(f"{recognizer.card.model}, one thread, median of {ROUNDS}:")
    for name, run in runs.items():  # one after the other: in turn they empty each other's caches
        print(f"  {name}: {seconds({name: run}, ROUNDS)[name] * 1000:.1f} ms")


if __name__ == "__main__":
    main()
