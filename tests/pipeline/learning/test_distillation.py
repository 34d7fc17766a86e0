"""A student's loss is the field's, and its teachers are asked and not changed."""

import keras
import numpy as np
import pytest
from keras.ops import convert_to_numpy
from scipy.special import log_softmax, rel_entr, softmax

from pipeline.foundation.params import Distillation, Vgg
from pipeline.learning import networks
from pipeline.learning.distillation import Teachers, distillation_loss

RANDOM = np.random.default_rng(4)
LOGITS = RANDOM.normal(0, 2, (16, 7)).astype(np.float32)
TAUGHT = softmax(RANDOM.normal(0, 2, (16, 7)), axis=1).astype(np.float32)


def loss(weight, temperature=3.0, labelled=0.7):
    distil = Distillation(["teacher"], temperature=temperature, weight=weight)
    return float(distillation_loss(LOGITS, TAUGHT, labelled, distil))


def test_the_loss_is_the_divergence_from_the_teachers_and_the_rest_the_labels():
    divergence = 9 * rel_entr(TAUGHT, softmax(LOGITS / 3, axis=1)).sum(axis=1).mean()
    assert loss(1.0) == pytest.approx(divergence, rel=1e-4)
    assert loss(0.0) == pytest.approx(0.7)
    assert loss(0.8) == pytest.approx(0.8 * divergence + 0.2 * 0.7, rel=1e-4)


def test_a_student_that_says_what_the_teachers_say_has_nothing_to_learn_from_them():
    distil = Distillation(["teacher"], temperature=2.0, weight=1.0)
    taught = softmax(LOGITS / 2, axis=1)
    assert float(distillation_loss(LOGITS, taught, 1.0, distil)) == pytest.approx(0, abs=1e-5)


def test_teachers_speak_with_the_mean_of_their_flattened_probabilities_and_learn_nothing():
    options = Vgg("vgg", stages=[[4], [8]], stage_dropout=0.5, dropout=0.5)
    members = [networks.build(options, (48, 48, 1), 7) for _ in range(2)]
    faces = RANDOM.uniform(0, 255, (8, 48, 48, 1)).astype(np.float32)
    teachers = Teachers(members, temperature=2.0, precision="float32")
    taught = convert_to_numpy(teachers(faces))
    logits = [convert_to_numpy(networks.logits_of(member)(faces)) for member in members]
    expected = np.mean([np.exp(log_softmax(each / 2, axis=1)) for each in logits], axis=0)
    np.testing.assert_allclose(taught, expected, atol=1e-5)
    assert teachers.trainable_variables == []
    learner = keras.Sequential([keras.Input((48, 48, 1)), teachers])
    np.testing.assert_allclose(convert_to_numpy(learner(faces, training=True)), taught, atol=1e-6)
