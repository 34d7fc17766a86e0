"""Every phase has the optimiser and the learning rates that params ask for."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from pipeline.foundation.params import Head, load_params
from pipeline.learning.phases import Phase, optimizer_for, phases_of


@pytest.fixture
def settings():
    return load_params().train["vgg"]


def test_a_head_is_trained_alone_before_everything_is(settings):
    settings = replace(settings, head=Head(epochs=2, learning_rate=0.5), epochs=7, warmup_epochs=1)
    first, second = phases_of(settings)
    assert first == Phase(0, 2, 0.5, base_is_frozen=True)
    assert second == Phase(2, 9, settings.learning_rate, warmup_epochs=1)


def test_the_learning_rate_rises_then_falls_to_nothing(settings):
    phase = Phase(0, 10, learning_rate=0.2, warmup_epochs=2)
    schedule = optimizer_for(settings, phase, batches=5)._learning_rate
    rates = [float(schedule(step)) for step in range(51)]
    assert rates[0] == 0
    assert max(rates) == pytest.approx(0.2)
    assert rates.index(max(rates)) == 10
    assert rates[50] == pytest.approx(0, abs=1e-6)


def test_weight_decay_spares_biases_and_norms(subtests, settings):
    for name in ("adam", "sgd"):
        with subtests.test(name=name):
            faces = keras.Input((4, 4, 1))
            x = keras.layers.BatchNormalization()(
                keras.layers.Conv2D(2, 3, bias_initializer="ones")(faces)
            )
            model = keras.Model(faces, x)
            settings = replace(
                settings, optimizer=name, weight_decay=0.5, ema=0.0, schedule="constant"
            )
            optimizer = optimizer_for(settings, Phase(0, 1, learning_rate=0.1), batches=1)
            optimizer.build(model.trainable_variables)
            before = [keras.ops.convert_to_numpy(value) for value in model.trainable_variables]
            optimizer.apply([keras.ops.zeros(value.shape) for value in model.trainable_variables])
            for variable, value in zip(model.trainable_variables, before, strict=True):
                shrunk = 0.95 if variable.name == "kernel" else 1
                now = keras.ops.convert_to_numpy(variable)
                np.testing.assert_allclose(now, shrunk * value, rtol=1e-5)
