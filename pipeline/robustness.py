"""Stage: models/best.onnx on spoilt test faces -> reports/robustness/robustness.csv.

Nothing is chosen by these figures; they tell a reader what to expect of bad pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from pipeline.data.dataset import SIZE, Split, load_split
from pipeline.formats.onnx_file import ALL_CORES, CHAMPION_MODEL, load_onnx
from pipeline.foundation.errors import run
from pipeline.foundation.files import write_csv
from pipeline.measuring import metrics
from pipeline.measuring.predictions import Predict, predict
from pipeline.records.reports import REPORTS

Spoiler = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Takes a face, uint8 (48, 48), and returns it spoilt, of the same shape and type."""


def blurred(face: np.ndarray, _: np.random.Generator, sigma: float) -> np.ndarray:
    """Gaussian blur of `sigma` pixels."""
    return cv2.GaussianBlur(face, (0, 0), sigma)


def noisy(face: np.ndarray, random: np.random.Generator, deviation: float) -> np.ndarray:
    """Gaussian noise of `deviation` grey levels."""
    return _levels(face + random.normal(0, deviation, face.shape))


def relit(face: np.ndarray, _: np.random.Generator, factor: float) -> np.ndarray:
    """Every grey level times `factor`, white where it is more."""
    return _levels(face * factor)


def turned(face: np.ndarray, _: np.random.Generator, degrees: float) -> np.ndarray:
    """Turned anticlockwise about its centre; the edge is repeated."""
    centre = ((SIZE - 1) / 2, (SIZE - 1) / 2)
    turn = cv2.getRotationMatrix2D(centre, degrees, 1)
    return cv2.warpAffine(face, turn, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE)


def occluded(face: np.ndarray, random: np.random.Generator, side: int) -> np.ndarray:
    """A grey square of `side` pixels hides a random place."""
    top, left = random.integers(0, SIZE - side + 1, 2)
    spoilt = face.copy()
    spoilt[top : top + side, left : left + side] = 128
    return spoilt


def small(face: np.ndarray, _: np.random.Generator, side: int) -> np.ndarray:
    """As a face of `side` pixels looks when it is enlarged."""
    shrunk = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.resize(shrunk, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)


def compressed(face: np.ndarray, _: np.random.Generator, quality: int) -> np.ndarray:
    """Through JPEG of `quality` 0..100."""
    data = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))


SPOILERS: dict[str, Spoiler] = {
    "as it is": lambda face, _: face,
    "blur, 1 pixel": partial(blurred, sigma=1.0),
    "blur, 2 pixels": partial(blurred, sigma=2.0),
    "noise, 10 levels": partial(noisy, deviation=10),
    "noise, 25 levels": partial(noisy, deviation=25),
    "half as bright": partial(relit, factor=0.5),
    "a tenth as bright": partial(relit, factor=0.1),
    "1.5 times as bright": partial(relit, factor=1.5),
    "2.5 times as bright": partial(relit, factor=2.5),
    "turned 15° left": partial(turned, degrees=15),
    "turned 15° right": partial(turned, degrees=-15),
    "turned 30° left": partial(turned, degrees=30),
    "turned 30° right": partial(turned, degrees=-30),
    "a ninth hidden": partial(occluded, side=16),
    "a quarter hidden": partial(occluded, side=24),
    "24 pixels wide": partial(small, side=24),
    "16 pixels wide": partial(small, side=16),
    "JPEG quality 30": partial(compressed, quality=30),
    "JPEG quality 10": partial(compressed, quality=10),
}


def _levels(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def measure(network: Predict, test: Split, spoil: Spoiler, seed: int = 0) -> dict[str, float]:
    """Accuracy and expected calibration error on every face of `test`, spoilt."""
    random = np.random.default_rng(seed)
    faces = np.stack([spoil(face, random) for face in test.images])
    probabilities = predict(network, faces)
    return {
        "accuracy": float((probabilities.argmax(axis=1) == test.labels).mean()),
        "calibration_error": metrics.calibration_error(test.labels, probabilities),
    }


def main() -> None:
    """Spoil the test faces in every way, and write what the champion makes of them."""
    network = load_onnx(CHAMPION_MODEL, ALL_CORES)
    test = load_split("test")
    measured = {}
    for name, spoil in SPOILERS.items():
        measured[name] = measure(network, test, spoil)
        print(f"{name}: {measured[name]['accuracy']:.2%}", flush=True)
    rows = [[name, *values.values()] for name, values in measured.items()]
    header = ("faces", "accuracy", "calibration_error")
    write_csv(REPORTS / "robustness" / "robustness.csv", header, rows)


if __name__ == "__main__":
    run(main)
