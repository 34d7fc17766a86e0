"""Every architecture: a function here, its options in params.py, a section of params.yaml.

A network takes float32 (N, 48, 48, 1) grey levels 0..255, does its own scaling, and ends in the
layers `logits` and `probabilities`, both (N, classes).
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any, Literal

import keras
from keras import layers

from pipeline.foundation.params import Network, ParamsError


def cnn(
    input_shape: tuple[int, int, int],
    num_classes: int,
    filters: list[int],
    dense: int,
    block_dropout: float,
    dropout: float,
) -> keras.Model:
    """The classic: a block per entry of `filters`, one dense layer, softmax."""
    faces = keras.Input(input_shape, name="faces")
    # Mean 0 and variance 1 of every face: neither a dark room nor a pale print matters.
    x = layers.LayerNormalization(axis=[1, 2, 3], center=False, scale=False)(faces)
    for width in filters:
        x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        # ReLU after max-pool gives the same as before it, for a quarter of the work.
        x = layers.MaxPooling2D()(x)
        x = layers.ReLU()(x)
        x = layers.Dropout(block_dropout)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(dense, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Dropout(dropout)(x)
    return keras.Model(faces, _softmax_head(x, num_classes), name="cnn")


def vgg(
    input_shape: tuple[int, int, int],
    num_classes: int,
    stages: list[list[int]],
    stage_dropout: float,
    dropout: float,
) -> keras.Model:
    """After Simonyan & Zisserman 2014 (arXiv:1409.1556), without their dense layers.

    `stages` names the width of each 3x3 convolution; max-pool halves the maps between stages. The
    last maps are averaged and meet one dense layer, so that its weights also tell where in the face
    a class was seen (class-activation maps, Zhou et al. 2016, arXiv:1512.04150).
    """
    faces = keras.Input(input_shape, name="faces")
    x = layers.LayerNormalization(axis=[1, 2, 3], center=False, scale=False)(faces)
    for number, widths in enumerate(stages, start=1):
        for place, width in enumerate(widths, start=1):
            x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
            if place == len(widths) and number < len(stages):
                x = layers.MaxPooling2D()(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU()(x)
        if number < len(stages):
            x = layers.Dropout(stage_dropout)(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(dropout)(x)
    return keras.Model(faces, _softmax_head(x, num_classes), name="vgg")


def mobilenet(
    input_shape: tuple[int, int, int],
    num_classes: int,
    weights: Literal["imagenet"] | None,
    input_size: int,
    alpha: float,
    dropout: float,
) -> keras.Model:
    """MobileNet (Howard et al. 2017, arXiv:1704.04861) on faces upscaled to `input_size`.

    `weights` "imagenet" is found in Keras' own cache or downloaded by Keras. What is called `base`
    is pretrained: training freezes its batch norm, and all of it while the head is new.
    """
    faces = keras.Input(input_shape, name="faces")
    x = layers.Rescaling(1 / 127.5, offset=-1)(faces)
    x = layers.Resizing(input_size, input_size, interpolation="bilinear")(x)
    x = layers.Concatenate()([x, x, x])
    base = keras.applications.MobileNet(
        input_shape=(input_size, input_size, 3),
        alpha=alpha,
        include_top=False,
        weights=weights,
        name="base",
    )
    x = base(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(dropout)(x)
    return keras.Model(faces, _softmax_head(x, num_classes), name="mobilenet")


def _softmax_head(features: Any, num_classes: int) -> Any:  # noqa: ANN401
    logits = layers.Dense(num_classes, name="logits")(features)
    return layers.Softmax(name="probabilities")(logits)


def build(options: Network, input_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    """The network that a `network` section describes; ParamsError where it fits no such faces."""
    arguments = asdict(options)
    name = arguments.pop("name")
    try:
        return globals()[name](input_shape, num_classes, **arguments)
    except ValueError as error:  # of Keras, which tells the layer first and the reason below it
        height, width, _ = input_shape
        reason = re.sub(r"\x1b\[\d*m", "", str(error)).split("\n\n")
        raise ParamsError(
            f"network {name!r} does not fit faces of {height}x{width} pixels: {reason[:2][-1]}"
        ) from None


def logits_of(network: keras.Model) -> keras.Model:
    """The same network, weights shared, that ends before the softmax: what training optimises."""
    return keras.Model(network.input, network.get_layer("logits").output)
