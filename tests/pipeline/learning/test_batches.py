"""Batches hold every face once an epoch, and come out the same after an interruption."""

from itertools import chain

import numpy as np
import pytest

from pipeline.data.dataset import Split
from pipeline.learning.batches import Batches, mixed


@pytest.fixture
def split():
    """Ten faces, each of one grey level, its class the level modulo 3."""
    levels = np.arange(10, dtype=np.uint8)
    return Split(np.tile(levels[:, None, None], (1, 48, 48)), levels % 3, ("a", "b", "c"))


def levels_of(batches):
    return [batches[index][0][:, 0, 0, 0].tolist() for index in range(len(batches))]


def test_an_epoch_holds_every_face_once_with_its_target(split):
    batches = Batches(split, batch_size=4, mixup=0.0, seed=1, epoch=0)
    assert [len(batches[index][0]) for index in range(len(batches))] == [4, 4, 2]
    assert sorted(chain.from_iterable(levels_of(batches))) == list(range(10))
    for index in range(len(batches)):
        faces, targets = batches[index]
        assert faces.shape[1:] == (48, 48, 1)
        np.testing.assert_array_equal(targets.argmax(axis=1), faces[:, 0, 0, 0] % 3)
        np.testing.assert_array_equal(targets.sum(axis=1), 1)


def test_a_later_start_gives_the_batches_that_an_uninterrupted_run_has(subtests, split):
    for mixup in (0.0, 0.4):
        with subtests.test(mixup=mixup):
            batches = Batches(split, 4, mixup, seed=1, epoch=0)
            first = levels_of(batches)
            batches.on_epoch_end()
            later = Batches(split, 4, mixup, seed=1, epoch=1)
            assert levels_of(later) == levels_of(batches) != first


def test_another_seed_gives_another_order(split):
    assert levels_of(Batches(split, 4, 0.0, 1, 0)) != levels_of(Batches(split, 4, 0.0, 2, 0))


def test_mixing_blends_faces_and_targets_by_the_same_share():
    levels = np.array([0, 100, 200], np.float32)
    faces, targets = mixed(
        np.tile(levels[:, None, None, None], (1, 48, 48, 1)),
        np.eye(3, dtype=np.float32),
        alpha=1.0,
        random=np.random.default_rng(2),
    )
    assert faces.dtype == targets.dtype == np.float32
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(faces[:, 0, 0, 0], targets @ levels, rtol=1e-5)
    assert not np.isin(targets, (0, 1)).all()
