"""The temperature of the softmax, and how far rare classes are favoured."""

import numpy as np
import pytest
import scipy.special

from pipeline.data.dataset import Split
from pipeline.foundation.params import Vgg
from pipeline.learning import networks
from pipeline.learning.calibration import best_power, best_temperature, favour_rare_classes


def test_the_temperature_that_made_the_labels_is_found():
    for true in (0.5, 1.0, 3.0):
        rng = np.random.default_rng(5)
        logits = rng.normal(0, 2, (20_000, 5))
        probabilities = scipy.special.softmax(logits / true, axis=1)
        labels = np.array([rng.choice(5, p=row) for row in probabilities])
        assert best_temperature(labels, logits) == pytest.approx(true, rel=0.05)


def imbalanced(accuracy_lost):
    """Labels, logits and a prior: dividing by the prior helps the rare class and costs the other.

    Of 1,000 faces 50 are rare. 20 of them are just missed, and `accuracy_lost` of the others would
    just be lost with them.
    """
    labels = np.repeat([0, 1], [950, 50])
    margin = np.repeat([5.0, 0.5, -5.0, 0.5], [950 - accuracy_lost, accuracy_lost, 30, 20])
    return labels, np.stack([margin, np.zeros(1000)], axis=1), np.array([0.9, 0.1])


def test_the_power_of_the_prior_is_the_least_that_gives_the_best_macro_f1():
    labels, logits, prior = imbalanced(accuracy_lost=1)
    power = best_power(labels, logits, prior, 1.0)
    assert power == pytest.approx(0.25)  # log(0.9 / 0.1) * 0.25 = 0.55 is the first above 0.5
    assert best_power(labels, logits, prior, 0.2) == 0.0


def test_no_more_accuracy_is_given_for_it_than_is_allowed():
    assert best_power(*imbalanced(accuracy_lost=23), 1.0) == pytest.approx(0.25)
    assert best_power(*imbalanced(accuracy_lost=24), 1.0) == 0.0


def test_a_network_that_favours_rare_classes_divides_by_the_power_of_their_shares():
    options = Vgg("vgg", stages=[[4], [8]], stage_dropout=0.0, dropout=0.0)
    network = networks.build(options, (48, 48, 1), 3)
    random = np.random.default_rng(6)
    images = random.integers(0, 256, (90, 48, 48)).astype(np.uint8)
    train = Split(images, np.repeat([0, 1, 2], [60, 20, 10]).astype(np.uint8), ("a", "b", "c"))
    prior = np.array([60, 20, 10]) / 90
    layer, logits = network.get_layer("logits"), networks.logits_of(network)
    mean = logits.predict(images[..., None], verbose=0).mean(axis=0)
    layer.set_weights([100 * layer.get_weights()[0], -100 * mean])  # opinions that differ
    before = network.predict(images[..., None], verbose=0)
    # What the network would say if it favoured rare classes is what validation asks for.
    labels = (before * prior**-0.5).argmax(axis=1).astype(np.uint8)
    assert len(set(labels)) > 1
    validation = Split(images, labels, train.classes)
    power = favour_rare_classes(network, train, validation, largest=0.5)
    assert power > 0
    expected = before * prior**-power
    expected /= expected.sum(axis=1, keepdims=True)
    after = network.predict(images[..., None], verbose=0)
    np.testing.assert_allclose(after, expected, atol=1e-5)
    assert (after.argmax(axis=1) == labels).all()
    assert favour_rare_classes(network, train, validation, largest=0.0) == 0.0
