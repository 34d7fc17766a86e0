"""The views of a face, and what a network says of them."""

import numpy as np
import pytest
from scipy.special import softmax

from fer_system.emotions import FER2013
from pipeline.data.dataset import Split
from pipeline.measuring import predictions
from pipeline.measuring.predictions import VIEWS, predict, predict_views, views

WEIGHTS = np.random.default_rng(7).normal(0, 1e-3, (48 * 48, 7))


def network(faces):
    """Answers by every pixel and where it is."""
    assert (faces.shape[1:], faces.dtype) == ((48, 48, 1), np.float32)
    return softmax(faces.reshape(len(faces), -1) @ WEIGHTS, axis=1)


@pytest.fixture(scope="module")
def split():
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (30, 48, 48)).astype(np.uint8)
    return Split(images, random.integers(0, 7, 30).astype(np.uint8), FER2013)


def test_batches_give_what_all_faces_at_once_give_and_are_counted(split, monkeypatch):
    monkeypatch.setattr(predictions, "BATCH", 7)
    done = []
    told = predict(network, split.images, lambda: done.append(1))
    np.testing.assert_allclose(told, network(split.images[..., np.newaxis].astype(np.float32)))
    assert len(done) == 5


def test_views_are_the_face_and_changes_of_it_that_keep_its_size(split):
    for averaging, count in {"none": 1, "flip": 2, "ten": 10}.items():
        seen = list(views(split.images, averaging))
        assert len(seen) == count == VIEWS[averaging]
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
    mirrored = Split(split.images[:, :, ::-1], split.labels, FER2013)
    splits = {"train": split, "validation": split, "test": mirrored}
    averaging = {"train": "none", "validation": "flip", "test": "flip"}
    seen = predict_views(network, splits, averaging, "faces")
    assert {name: told.shape for name, told in seen.items()} == {
        "train": (1, 30, 7),
        "validation": (2, 30, 7),
        "test": (2, 30, 7),
    }
    as_is, averaged = seen["validation"][0], seen["validation"].mean(axis=0)
    np.testing.assert_allclose(seen["test"].mean(axis=0), averaged, atol=1e-6)
    assert np.abs(averaged - as_is).max() > 1e-3
