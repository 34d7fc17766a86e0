"""A copy of a network that computes the same several times as fast while it is trained on a CPU."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from pipeline.learning.devices import device_count

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf


class FusedBatchNormalization(layers.BatchNormalization):
    """Keras' layer on images, by the one kernel that TensorFlow has for it.

    Keras makes about ten passes over the activations, which is half the time of a small network.
    The moving variance comes out larger by N/(N-1), N being the values that it is taken over.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:  # noqa: ANN401
        """Normalised (N, height, width, channels)."""
        learns = bool(training) and self.trainable
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=self.moving_mean,
            variance=self.moving_variance,
            epsilon=self.epsilon,
            exponential_avg_factor=1 - self.momentum,
            is_training=learns,
        )
        if learns:
            self.moving_mean.assign(mean)
            self.moving_variance.assign(variance)
        return outputs


def accelerated(network: keras.Model, precision: str) -> keras.Model:
    """A copy of `network`, weights too, that computes in `precision` but for its logits.

    The copy is for training: its layers are not all Keras' own, so it is never saved whole. Its
    weights, float32 and in the same order, go back by `network.set_weights(copy.get_weights())`.
    """

    def copied(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        if layer.name != "logits":
            config["dtype"] = precision
        kind = _kind(layer)
        if kind is layers.BatchNormalization and keras.backend.backend() == "tensorflow":
            config["synchronized"] = device_count() > 1
        return kind.from_config(config)

    copy = keras.models.clone_model(network, clone_function=copied, recursive=True)
    copy.set_weights(network.get_weights())
    return copy


def _kind(layer: keras.Layer) -> type[keras.Layer]:
    fusible = (
        keras.backend.backend() == "tensorflow"
        and type(layer) is layers.BatchNormalization
        and layer.input.ndim == 4
        and layer.center
        and layer.scale
        and device_count() == 1
    )
    return FusedBatchNormalization if fusible else type(layer)
