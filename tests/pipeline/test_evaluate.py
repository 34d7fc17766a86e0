"""Views, and what is told of a split beside its plain figures."""

import keras
import numpy as np
import pytest

from fer_system.emotions import FER2013
from pipeline import evaluate
from pipeline.data.dataset import Split
from pipeline.evaluate import views
from pipeline.learning import networks


@pytest.fixture(scope="module")
def split():
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (30, 48, 48)).astype(np.uint8)
    return Split(images, random.integers(0, 7, 30).astype(np.uint8), FER2013)


@pytest.mark.parametrize(("averaging", "count"), [("none", 1), ("flip", 2), ("ten", 10)])
def test_views_are_the_face_and_changes_of_it_that_keep_its_size(averaging, count, split):
    seen = list(views(split.images, averaging))
    assert len(seen) == count == evaluate.VIEWS[averaging]
    assert {view.shape for view in seen} == {split.images.shape}
    np.testing.assert_array_equal(seen[0], split.images)
    assert len({view.tobytes() for view in seen}) == count
    for plain, mirrored in zip(seen[::2], seen[1::2], strict=False):
        np.testing.assert_array_equal(mirrored, plain[:, :, ::-1])


def test_moved_views_are_two_pixels_off(split):
    moved = list(views(split.images, "ten"))[2::2]
    inner = split.images[:, 4:44, 4:44]
    found = {
        (top, left)
        for view in moved
        for top in (2, 6)
        for left in (2, 6)
        if np.array_equal(view[:, top : top + 40, left : left + 40], inner)
    }
    assert found == {(2, 2), (2, 6), (6, 2), (6, 6)}


def test_averaging_a_face_and_its_mirror_image_makes_a_network_indifferent_to_mirroring(split):
    keras.utils.set_random_seed(1)
    vgg = {"name": "vgg", "stages": [[4], [8]], "stage_dropout": 0.0, "dropout": 0.0}
    network = networks.build(vgg, (48, 48, 1), 7)
    mirrored = Split(split.images[:, :, ::-1], split.labels, FER2013)
    splits = {"train": split, "validation": split, "test": mirrored}
    seen = evaluate.predict_all(network, splits, "flip")
    assert {name: len(views) for name, views in seen.items()} == {
        "train": 1,
        "validation": 2,
        "test": 2,
    }
    as_is, averaged = seen["validation"][0], seen["validation"].mean(axis=0)
    np.testing.assert_allclose(seen["test"].mean(axis=0), averaged, atol=1e-6)
    assert np.abs(averaged - as_is).max() > 1e-3


def test_the_figures_before_calibration_are_those_of_the_uncalibrated_softmax(split):
    random = np.random.default_rng(2)
    logits = random.normal(0, 2, (30, 7))

    def softmax(values):
        return np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)

    told = evaluate.uncertainty(split.labels, softmax(logits / 1.6), 1.6, rounds=50)
    assert told["uncalibrated"] == pytest.approx(evaluate.figures(split.labels, softmax(logits)))
    accuracy = told["intervals_95"]["accuracy"]
    assert accuracy["low"] <= told["uncalibrated"]["accuracy"] <= accuracy["high"]


def test_calibration_leaves_out_the_parts_without_faces():
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    told = evaluate.calibration(np.array([0, 1, 1]), probabilities)
    assert told == {"faces": [1, 2], "confidence": [0.6, 0.9], "accuracy": [1.0, 0.5]}
