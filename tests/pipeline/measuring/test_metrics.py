"""Our figures are scikit-learn's."""

import numpy as np
import pytest
import scipy.special
import sklearn.metrics

from fer_system.metrics import accuracy, macro_f1
from pipeline.measuring import metrics


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
    assert accuracy(confusion) == pytest.approx(sklearn.metrics.accuracy_score(labels, predictions))
    assert macro_f1(confusion) == pytest.approx(oracle[2].mean())


def test_the_loss_is_scikit_learns_log_loss(classified):
    labels, probabilities = classified
    expected = sklearn.metrics.log_loss(labels, np.clip(probabilities, 1e-7, 1), labels=range(7))
    assert metrics.cross_entropy(labels, probabilities) == pytest.approx(expected, rel=1e-5)


def test_a_probability_of_zero_costs_much_but_not_infinity():
    loss = metrics.cross_entropy(np.array([1]), np.array([[1.0, 0.0]]))
    assert loss == pytest.approx(-np.log(1e-7))


def test_calibration_bins_hold_every_face_at_its_confidence():
    probabilities = np.array([[0.95, 0.05], [0.9, 0.1], [0.4, 0.6], [1.0, 0.0]])
    parts = metrics.calibration_bins(np.array([0, 1, 1, 0]), probabilities, bins=10)
    assert parts["faces"].tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 1, 2]
    assert parts["accuracy"][[5, 8, 9]].tolist() == [1, 0, 1]
    np.testing.assert_allclose(parts["confidence"][[5, 8, 9]], [0.6, 0.9, 0.975])


def test_true_probabilities_have_the_calibration_error_that_chance_leaves():
    random = np.random.default_rng(3)
    probabilities = random.dirichlet(np.ones(4), 500)
    labels = np.array([random.choice(4, p=row) for row in probabilities])
    by_chance = metrics.calibration_error_by_chance(probabilities, rounds=200)
    assert metrics.calibration_error(labels, probabilities) == pytest.approx(by_chance, abs=0.025)
    boastful = metrics.tempered(probabilities, 0.3)
    assert metrics.calibration_error(labels, boastful) > 4 * by_chance


def test_certain_probabilities_leave_no_calibration_error_to_chance():
    assert metrics.calibration_error_by_chance(np.eye(3, dtype=np.float32), rounds=5) == 0


def test_the_calibration_error_is_the_mean_gap_weighed_by_faces():
    probabilities = np.array([[0.95, 0.05], [0.9, 0.1], [0.4, 0.6], [1.0, 0.0]])
    error = metrics.calibration_error(np.array([0, 1, 1, 0]), probabilities, bins=10)
    assert error == pytest.approx((1 * 0.4 + 1 * 0.9 + 2 * 0.025) / 4)


def test_faces_drawn_by_their_probabilities_are_calibrated():
    rng = np.random.default_rng(4)
    probabilities = rng.dirichlet(np.ones(4), 20_000)
    labels = np.array([rng.choice(4, p=row) for row in probabilities])
    assert metrics.calibration_error(labels, probabilities) < 0.01


def test_from_the_threshold_on_a_label_is_right_every_second_time():
    rng = np.random.default_rng(8)
    confidence = rng.uniform(0.2, 1, 20_000)
    probabilities = np.stack([confidence, *[(1 - confidence) / 5] * 5], axis=1)
    right = rng.uniform(size=20_000) < confidence - 0.1  # ten points too sure of itself
    threshold = metrics.label_threshold(np.where(right, 0, 1), probabilities)
    assert threshold == pytest.approx(0.6, abs=0.03)
    assert metrics.label_threshold(np.ones(20_000, int), probabilities) == 1


def test_tempering_by_one_over_the_temperature_undoes_it():
    rng = np.random.default_rng(6)
    logits = rng.normal(0, 2, (50, 7))
    plain = scipy.special.softmax(logits, axis=1)
    np.testing.assert_allclose(
        metrics.tempered(scipy.special.softmax(logits / 1.7, axis=1), 1 / 1.7), plain, atol=1e-9
    )
