"""Random changes to training faces, as Keras layers that do nothing outside training."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from pipeline.foundation.params import Augmentation

ERASED = (0.02, 0.2)
"""Smallest and largest share of a face that erasing hides."""
WHITE = 255


def as_floats(images: Any) -> Any:  # noqa: ANN401
    """Faces uint8 (N, height, width) as the layers take them: float32, with one channel."""
    return ops.cast(ops.expand_dims(images, -1), "float32")


def augmentation_layers(ranges: Augmentation, seed: int) -> list[keras.Layer]:
    """The layers that change faces (N, height, width, channels) of 0..255 as `ranges` ask."""
    # Each its own seed: layers of one seed would draw the same numbers.
    seeds = np.random.default_rng(seed).integers(2**31 - 1, size=4).tolist()
    steps: list[keras.Layer] = [RandomAffine(ranges, seeds[0])]
    known = {"value_range": (0, WHITE), "dtype": "float32"}
    if ranges.brightness:
        steps.append(layers.RandomBrightness(ranges.brightness, seed=seeds[1], **known))
    if ranges.contrast:
        steps.append(layers.RandomContrast(ranges.contrast, seed=seeds[2], **known))
    if ranges.erasing:
        share = (ranges.erasing, ranges.erasing)
        hidden = {"scale": ERASED, "fill_value": WHITE / 2}
        steps.append(layers.RandomErasing(share, seed=seeds[3], **hidden, **known))
    return steps


class Mixup(keras.layers.Layer):
    """Blends each face and target with another of the batch (Zhang et al. 2018, arXiv:1710.09412).

    The share of a pair is drawn from Beta(alpha, alpha). The other one is the one as far from the
    batch's end as this from its beginning: batches are in random order already.
    """

    def __init__(self, alpha: float, seed: int, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.alpha = alpha
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, faces: Any, targets: Any) -> tuple[Any, Any]:  # noqa: ANN401
        """Blended faces (N, height, width, channels) and targets (N, classes), both float32."""
        if not self.alpha:
            return faces, targets
        shape = (ops.shape(faces)[0],)
        share = keras.random.beta(shape, self.alpha, self.alpha, seed=self.generator)
        return _blended(faces, share), _blended(targets, share)


def _blended(values: Any, share: Any) -> Any:  # noqa: ANN401
    share = ops.reshape(share, (-1, *[1] * (len(values.shape) - 1)))
    return share * values + (1 - share) * ops.flip(values, axis=0)


class RandomAffine(keras.layers.Layer):
    """Rotation, shear, zoom, shift and flip of a batch in one resampling.

    Five layers in a row would blur a 48-pixel face five times. Input and output: float32
    (N, height, width, channels); what moves in from outside repeats the edge.
    """

    def __init__(self, ranges: Augmentation, seed: int, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.ranges = ranges
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, faces: Any, training: bool = False) -> Any:  # noqa: ANN401
        """Faces changed at random where `training`, else the faces as they are."""
        if not training:
            return faces
        faces = ops.cast(faces, "float32")
        transforms = self._transforms(ops.shape(faces)[0], *faces.shape[1:3])
        return ops.image.affine_transform(
            faces, transforms, interpolation="bilinear", fill_mode="nearest"
        )

    def _uniform(self, count: Any, limit: float) -> Any:  # noqa: ANN401
        return keras.random.uniform((count,), -limit, limit, seed=self.generator)

    def _transforms(self, count: Any, height: int, width: int) -> Any:  # noqa: ANN401
        """(count, 8) projective transforms that take output pixels to input pixels.

        With M = flip @ rotation @ shear / zoom about the centre c:
        input = M (output - c) + c + shift.
        """
        ranges = self.ranges
        angle = self._uniform(count, np.deg2rad(ranges.rotation))
        slant = ops.tan(self._uniform(count, np.deg2rad(ranges.shear)))
        scale = 1.0 / (1.0 + self._uniform(count, ranges.zoom))
        sign = ops.sign(self._uniform(count, 1.0)) if ranges.flip else ops.ones((count,))
        cosine, sine = ops.cos(angle) * scale, ops.sin(angle) * scale
        xx, xy = sign * cosine, sign * (cosine * slant - sine)
        yx, yy = sine, sine * slant + cosine
        centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
        shift_x = self._uniform(count, ranges.width_shift * width)
        shift_y = self._uniform(count, ranges.height_shift * height)
        x = centre_x + shift_x - xx * centre_x - xy * centre_y
        y = centre_y + shift_y - yx * centre_x - yy * centre_y
        zero = ops.zeros((count,))
        return ops.stack([xx, xy, x, yx, yy, y, zero, zero], axis=1)
