"""Training faces a second: our batches and random layers against Keras' ImageDataGenerator.

`python -m benchmarks.training_input`, on noise in the form of faces; the same ranges for both.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from benchmarks.timing import seconds
from fer_system.emotions import FER2013
from pipeline.data.dataset import SIZE, Split
from pipeline.foundation.params import Augmentation
from pipeline.learning.augmentation import as_floats, augmentation_layers
from pipeline.learning.batches import batches_of, one_hot, order_of

FACES = 6400
BATCH = 128
ROUNDS = 5
RANGES = Augmentation(
    rotation=10, shear=5, zoom=0.1, width_shift=0.05, height_shift=0.05, flip=True
)


def noise() -> Split:
    """Training faces of noise."""
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (FACES, SIZE, SIZE), dtype=np.uint8)
    return Split(images, random.integers(0, len(FER2013), FACES).astype(np.uint8), FER2013)


def one_epoch(faces: Split, change: tf.types.experimental.GenericFunction) -> None:
    """Every batch through the random layers."""
    order = order_of(FACES, BATCH, seed=1, epoch=0)
    for batch in batches_of(faces.images, one_hot(faces), order):
        change(batch["images"])


def main() -> None:
    """Print faces a second and the ratio."""
    faces = noise()
    layers = keras.Sequential([keras.Input((SIZE, SIZE, 1)), *augmentation_layers(RANGES, 1)])
    # A graph, as in training.
    change = tf.function(lambda images: layers(as_floats(images), training=True))
    change(faces.images[:BATCH])
    generator = tf.keras.preprocessing.image.ImageDataGenerator(
        rotation_range=RANGES.rotation,
        shear_range=RANGES.shear,
        zoom_range=RANGES.zoom,
        width_shift_range=RANGES.width_shift,
        height_shift_range=RANGES.height_shift,
        horizontal_flip=RANGES.flip,
    ).flow(faces.images[..., np.newaxis], faces.labels, batch_size=BATCH)
    taken = seconds(
        {
            "ours": lambda: one_epoch(faces, change),
            "ImageDataGenerator": lambda: [next(generator) for _ in range(len(generator))],
        },
        ROUNDS,
    )
    print(f"Training input, {FACES:,} faces, median of {ROUNDS} rounds:")
    for name, value in taken.items():
        ratio = taken["ImageDataGenerator"] / value
        print(f"  {name:<20} {FACES / value:8,.0f} faces/s   {ratio:4.1f} x ImageDataGenerator")


if __name__ == "__main__":
    main()
