"""What is told of a split: its figures, their uncertainty, how true its probabilities are."""

import numpy as np
import pytest

from pipeline.measuring.figures import calibration, figures, uncertainty

LABELS = np.random.default_rng(1).integers(0, 7, 30)


def test_the_figures_of_a_split_are_those_of_its_predictions():
    labels = np.array([0, 1, 1, 2], np.uint8)
    probabilities = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.6, 0.2, 0.2], [0.1, 0.1, 0.8]])
    measured = figures(labels, probabilities)
    assert measured["accuracy"] == 0.75
    assert measured["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert measured["loss"] == pytest.approx(-np.log([0.8, 0.7, 0.2, 0.8]).mean())


def test_the_figures_before_calibration_are_those_of_the_uncalibrated_softmax():
    random = np.random.default_rng(2)
    logits = random.normal(0, 2, (30, 7))

    def softmax(values):
        return np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)

    told = uncertainty(LABELS, softmax(logits / 1.6), 1.6, rounds=50)
    assert told["uncalibrated"] == pytest.approx(figures(LABELS, softmax(logits)))
    accuracy = told["intervals_95"]["accuracy"]
    assert accuracy["low"] <= told["uncalibrated"]["accuracy"] <= accuracy["high"]


def test_calibration_leaves_out_the_parts_without_faces():
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    told = calibration(np.array([0, 1, 1]), probabilities)
    assert told == {"faces": [1, 2], "confidence": [0.6, 0.9], "accuracy": [1.0, 0.5]}
