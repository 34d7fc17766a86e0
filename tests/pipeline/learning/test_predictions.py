"""A split of any size is predicted in little memory."""

import tracemalloc

import keras
import numpy as np

from pipeline.data.dataset import CHUNK, as_input
from pipeline.learning.predictions import BATCH, logits_of_faces


def test_the_logits_are_those_of_one_prediction_without_all_faces_as_floats():
    layers = [keras.layers.AveragePooling2D(16), keras.layers.Flatten(), keras.layers.Dense(3)]
    network = keras.Sequential([keras.Input((48, 48, 1)), *layers])
    count = 5 * CHUNK + 5
    images = np.random.default_rng(1).integers(0, 256, (count, 48, 48), np.uint8)
    tracemalloc.start()
    logits = logits_of_faces(network, images)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    whole = as_input(images)
    np.testing.assert_array_equal(logits, network.predict(whole, BATCH, verbose=0))
    assert peak < whole.nbytes / 2
