"""Bad pictures of training faces: blurred, noisy, small, badly lit or compressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import keras
import numpy as np
from keras import ops

from pipeline.foundation.params import Spoiling

WHITE = 255
BLUR = (0.5, 1.5)
"""Standard deviation of the blur, in pixels."""
BLUR_REACH = 4
"""Pixels to each side that a blur takes in: beyond lies less than 1 % of the widest."""
NOISE = (2.0, 20.0)
"""Standard deviation of the noise, in grey levels."""
LIGHT = (0.1, 2.0)
"""What grey levels are multiplied by; half of the faces become darker than at 0.45."""
SMALL = 2
"""A small face has one pixel where the others have a square of so many a side."""
BLOCK = 8
"""Side in pixels of the blocks that JPEG codes by themselves."""
QUALITY = (10.0, 60.0)
"""JPEG quality, 1..100."""
QUANTA = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
)
"""Steps of the coefficients of brightness at quality 50 (ITU-T T.81, table K.1)."""


class Spoil(keras.layers.Layer):
    """Spoils each face in one way at most, and that at random, as `shares` ask.

    Input and output: float32 (N, height, width, 1) of 0..255, height and width multiples of 8.
    """

    def __init__(self, shares: Spoiling, seed: int, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.shares = asdict(shares)
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, faces: Any, training: bool = False) -> Any:  # noqa: ANN401
        """Faces spoilt at random where `training`, else the faces as they are."""
        if not training:
            return faces
        ways: dict[str, Callable[[], Any]] = {
            "blur": lambda: blurred(faces, self._between(faces, *BLUR)),
            "noise": lambda: self._noisy(faces),
            "small": lambda: small(faces),
            "light": lambda: relit(faces, ops.exp(self._between(faces, *np.log(LIGHT)))),
            "jpeg": lambda: compressed(faces, self._between(faces, *QUALITY)),
        }
        chance, spoilt, low = self._between(faces, 0, 1), faces, 0.0
        for name, spoil in ways.items():
            if share := self.shares[name]:
                chosen = (chance >= low) & (chance < low + share)
                spoilt, low = ops.where(chosen, spoil(), spoilt), low + share
        return levels(spoilt)

    def _between(self, faces: Any, low: float, high: float) -> Any:  # noqa: ANN401
        """A number for each face, (N, 1, 1, 1)."""
        shape = (ops.shape(faces)[0], 1, 1, 1)
        return keras.random.uniform(shape, low, high, seed=self.generator)

    def _noisy(self, faces: Any) -> Any:  # noqa: ANN401
        noise = keras.random.normal(ops.shape(faces), seed=self.generator)
        return faces + noise * self._between(faces, *NOISE)


def levels(faces: Any) -> Any:  # noqa: ANN401
    """The nearest whole grey levels in 0..255."""
    return ops.clip(ops.round(faces), 0, WHITE)


def blurred(faces: Any, deviation: Any) -> Any:  # noqa: ANN401
    """Gaussian blur of `deviation` (N, 1, 1, 1) pixels; what lies outside repeats the edge."""
    places = range(-BLUR_REACH, BLUR_REACH + 1)
    weights = [ops.exp(-(place**2) / (2 * deviation**2)) for place in places]
    total = sum(weights)
    for axis in (1, 2):
        size = faces.shape[axis]
        rows = [np.clip(np.arange(size) + place, 0, size - 1) for place in places]
        faces = sum(
            weight / total * ops.take(faces, row, axis=axis)
            for weight, row in zip(weights, rows, strict=True)
        )
    return faces


def small(faces: Any) -> Any:  # noqa: ANN401
    """As faces of half the side look when they are enlarged."""
    _, height, width, _ = faces.shape
    shrunk = ops.average_pool(faces, SMALL, strides=SMALL)
    return ops.image.resize(shrunk, (height, width), interpolation="bilinear")


def relit(faces: Any, factor: Any) -> Any:  # noqa: ANN401
    """Grey levels times `factor` (N, 1, 1, 1)."""
    return faces * factor


def compressed(faces: Any, quality: Any) -> Any:  # noqa: ANN401
    """Through JPEG of `quality` (N, 1, 1, 1), as the IJG's library scales its table."""
    _, height, width, _ = faces.shape
    scale = ops.where(quality < 50, 50 / quality, 2 - quality / 50)
    steps = ops.clip(ops.floor(QUANTA * ops.expand_dims(scale, -1) + 0.5), 1, WHITE)
    shape = (-1, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    blocks = ops.transpose(ops.reshape(levels(faces) - 128, shape), (0, 1, 3, 2, 4))
    cosines = _cosines()
    coefficients = ops.matmul(ops.matmul(cosines, blocks), cosines.T)
    coefficients = ops.round(coefficients / steps) * steps
    blocks = ops.matmul(ops.matmul(cosines.T, coefficients), cosines)
    return ops.reshape(ops.transpose(blocks, (0, 1, 3, 2, 4)), (-1, height, width, 1)) + 128


def _cosines() -> np.ndarray:
    """The orthonormal discrete cosine transform of a block's side, float32 (8, 8)."""
    place = np.arange(BLOCK)
    matrix = np.cos(np.pi * (2 * place[None] + 1) * place[:, None] / (2 * BLOCK))
    matrix[0] /= np.sqrt(2)
    cosines: np.ndarray = (matrix * np.sqrt(2 / BLOCK)).astype(np.float32)
    return cosines
