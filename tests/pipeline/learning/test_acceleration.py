"""The accelerated copy computes and learns what Keras' own layers do."""

import keras
import numpy as np
import pytest
from keras import layers
from keras.ops import convert_to_numpy

from pipeline.learning.acceleration import FusedBatchNormalization, accelerated


@pytest.fixture
def network():
    """Batch norm on maps and on a vector, one of them inside a nested model."""
    keras.utils.set_random_seed(5)
    maps = keras.Input((6, 6, 4))
    base = keras.Model(maps, layers.BatchNormalization()(maps), name="base")
    faces = keras.Input((6, 6, 1))
    x = layers.Conv2D(4, 3, padding="same", use_bias=False)(faces)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.BatchNormalization()(x)
    return keras.Model(faces, layers.Dense(3, name="logits")(x))


@pytest.fixture
def faces():
    return np.random.default_rng(5).normal(3, 2, (64, 6, 6, 1)).astype(np.float32)


def output(model, faces):
    return convert_to_numpy(model(faces))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the kernel is TensorFlow's")
def test_only_batch_norm_on_maps_is_replaced(network):
    copy = accelerated(network, "float32")
    kinds = [type(layer) for layer in (*copy.layers, *copy.get_layer("base").layers)]
    assert kinds.count(FusedBatchNormalization) == 2
    assert kinds.count(layers.BatchNormalization) == 1


def test_the_copy_gives_and_learns_what_the_network_does(network, faces):
    copy = accelerated(network, "float32")
    for _ in range(50):
        given, expected = copy(faces, training=True), network(faces, training=True)
        np.testing.assert_allclose(convert_to_numpy(given), convert_to_numpy(expected), atol=1e-4)
    for mine, theirs in zip(copy.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(output(copy, faces), output(network, faces), atol=2e-3)


def test_its_weights_go_back_and_stay_float32_in_every_precision(network, faces):
    copy = accelerated(network, "mixed_bfloat16")
    assert {weight.dtype for weight in copy.weights} == {"float32"}
    assert output(copy, faces).dtype == np.float32
    np.testing.assert_allclose(output(copy, faces), output(network, faces), atol=0.05)

    copy.set_weights([weight + 0.5 for weight in copy.get_weights()])
    network.set_weights(copy.get_weights())
    np.testing.assert_allclose(output(copy, faces), output(network, faces), rtol=0.02)


def test_a_frozen_batch_norm_learns_nothing(network, faces):
    copy = accelerated(network, "float32")
    copy.trainable = False
    before = copy.get_weights()
    copy(faces, training=True)
    for now, then in zip(copy.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
