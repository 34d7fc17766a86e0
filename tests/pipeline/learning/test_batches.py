"""Batches hold every face once an epoch, and come out the same after an interruption."""

import numpy as np

from pipeline.data.dataset import Split
from pipeline.learning.batches import batches_of, one_hot, order_of, targets_of

LABELS = np.array([0, 1, 2, 1], np.uint8)


def split(votes=None):
    return Split(np.zeros((4, 48, 48), np.uint8), LABELS, ("a", "b", "c"), votes)


def test_an_epoch_holds_every_face_and_fills_its_last_batch_with_the_first_ones():
    order = order_of(10, batch_size=4, seed=1, epoch=0)
    assert order.shape == (3, 4)
    flat = order.ravel().tolist()
    assert sorted(flat[:10]) == list(range(10))
    assert flat[10:] == flat[:2]
    assert order_of(8, 4, 1, 0).shape == (2, 4)
    assert set(order_of(3, 8, 1, 0).ravel()) == {0, 1, 2}


def test_the_order_follows_from_seed_and_epoch_alone():
    first = order_of(100, 10, seed=1, epoch=3)
    np.testing.assert_array_equal(order_of(100, 10, seed=1, epoch=3), first)
    for seed, epoch in ((1, 4), (2, 3)):
        assert (order_of(100, 10, seed, epoch) != first).any()


def test_a_batch_holds_the_faces_and_targets_of_its_rows():
    images = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((1, 48, 48), np.uint8)
    targets = np.eye(6, dtype=np.float32)
    order = np.array([[3, 0], [5, 1]])
    batches = list(batches_of(images, targets, order))
    assert [batch["images"][:, 0, 0].tolist() for batch in batches] == order.tolist()
    assert [batch["targets"].argmax(axis=1).tolist() for batch in batches] == order.tolist()
    assert batches[0]["images"].dtype == np.uint8


def test_votes_take_their_share_of_a_face_that_has_any():
    votes = np.array([[0, 0.5, 0.5], [0, 0, 0], [0, 0, 1], [1, 0, 0]], np.float32)
    expected = [[0.7, 0.15, 0.15], [0, 1, 0], [0, 0, 1], [0.3, 0.7, 0]]
    np.testing.assert_allclose(targets_of(split(votes), 0.3), expected, atol=1e-6)


def test_without_votes_or_without_a_share_the_labels_are_the_targets():
    votes = np.full((4, 3), 1 / 3, np.float32)
    for train, share in ((split(), 0.3), (split(votes), 0.0)):
        np.testing.assert_array_equal(targets_of(train, share), one_hot(split()))
