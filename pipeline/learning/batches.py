"""Training faces in batches, in another order each epoch, and what they are to be called."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.data.dataset import Split, release


def order_of(count: int, batch_size: int, seed: int, epoch: int) -> np.ndarray:
    """Positions of the faces of each batch, int (batches, batch_size), after `epoch` epochs.

    All of `count` faces in an order that follows from seed and epoch alone. The last batch is
    filled up with the first faces once more: batches of one size are compiled once, and can be
    shared out among devices.
    """
    order = np.random.default_rng((seed, epoch)).permutation(count)
    batches = -(-count // batch_size)
    return np.resize(order, (batches, batch_size))


def one_hot(split: Split) -> np.ndarray:
    """The labels of a split as float32 (N, classes)."""
    targets: np.ndarray = np.eye(len(split.classes), dtype=np.float32)[split.labels]
    return targets


def targets_of(train: Split, share: float) -> np.ndarray:
    """What each training face is to be called, float32 (N, classes), rows sum to 1.

    Its label, and by `share` people's votes on it where there are any.
    """
    labels = one_hot(train)
    if train.votes is None:
        return labels
    voted = share * train.votes.sum(axis=1, keepdims=True)
    mixed: np.ndarray = (1 - voted) * labels + share * train.votes
    return mixed


def batches_of(
    images: np.ndarray, targets: np.ndarray, order: np.ndarray
) -> Iterator[dict[str, np.ndarray]]:
    """What a `Learner` takes, batch after batch, in the order of `order_of`."""
    for rows in order:
        yield {"images": images[rows], "targets": targets[rows]}
        release(images)
