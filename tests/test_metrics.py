"""Our figures are scikit-learn's."""

import numpy as np
import pytest
import sklearn.metrics

from pipeline import metrics


@pytest.fixture(params=[0, 1, 2])
def classified(request):
    """Labels and probabilities of 200 faces; at last one class absent, another never predicted."""
    rng = np.random.default_rng(request.param)
    labels = rng.integers(0, 7, 200)
    probabilities = rng.dirichlet(np.ones(7), 200)
    if request.param == 2:
        labels[labels == 1] = 0
        probabilities[:, 4] = 0
        probabilities /= probabilities.sum(axis=1, keepdims=True)
    return labels.astype(np.uint8), probabilities


def test_the_confusion_matrix_is_that_of_scikit_learn(classified):
    labels, probabilities = classified
    predictions = probabilities.argmax(axis=1)
    np.testing.assert_array_equal(
        metrics.confusion_matrix(labels, predictions, 7),
        sklearn.metrics.confusion_matrix(labels, predictions, labels=range(7)),
    )


def test_accuracy_and_the_rates_per_class_are_those_of_scikit_learn(classified):
    labels, probabilities = classified
    predictions = probabilities.argmax(axis=1)
    confusion = metrics.confusion_matrix(labels, predictions, 7)
    oracle = sklearn.metrics.precision_recall_fscore_support(
        labels, predictions, labels=range(7), zero_division=0
    )
    for values, expected in zip(metrics.per_class(confusion).values(), oracle[:3], strict=True):
        np.testing.assert_allclose(values, expected)
    assert metrics.accuracy(confusion) == pytest.approx(
        sklearn.metrics.accuracy_score(labels, predictions)
    )
    assert metrics.macro_f1(confusion) == pytest.approx(oracle[2].mean())


def test_the_loss_is_scikit_learns_log_loss(classified):
    labels, probabilities = classified
    expected = sklearn.metrics.log_loss(labels, np.clip(probabilities, 1e-7, 1), labels=range(7))
    assert metrics.cross_entropy(labels, probabilities) == pytest.approx(expected, rel=1e-5)


def test_a_probability_of_zero_costs_much_but_not_infinity():
    loss = metrics.cross_entropy(np.array([1]), np.array([[1.0, 0.0]]))
    assert loss == pytest.approx(-np.log(1e-7))
