"""Training faces in batches, in another order each epoch and mixed where params ask for it."""

from __future__ import annotations

import keras
import numpy as np

from pipeline.data.dataset import Split, as_input


class Batches(keras.utils.PyDataset):
    """(faces, targets) batches of a split: float32 (n, 48, 48, 1) and (n, classes).

    What a batch holds follows from seed, epoch and place alone, so a training that was cut off
    goes on with the batches it would have had. `epoch` counts the finished ones.
    """

    def __init__(self, split: Split, batch_size: int, mixup: float, seed: int, epoch: int) -> None:
        super().__init__()
        self.images = split.images
        self.targets = one_hot(split)
        self.batch_size, self.mixup, self.seed, self.epoch = batch_size, mixup, seed, epoch
        self._shuffle()

    def __len__(self) -> int:
        return -(-len(self.images) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        faces, targets = as_input(self.images[rows]), self.targets[rows]
        if self.mixup:
            random = np.random.default_rng((self.seed, self.epoch, index))
            faces, targets = mixed(faces, targets, self.mixup, random)
        return faces, targets

    def on_epoch_end(self) -> None:
        """Take another order for the next epoch."""
        self.epoch += 1
        self._shuffle()

    def _shuffle(self) -> None:
        random = np.random.default_rng((self.seed, self.epoch))
        self.order = random.permutation(len(self.images))


def one_hot(split: Split) -> np.ndarray:
    """The labels of a split as float32 (N, classes)."""
    targets: np.ndarray = np.eye(len(split.classes), dtype=np.float32)[split.labels]
    return targets


def mixed(
    faces: np.ndarray, targets: np.ndarray, alpha: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Each face and target blended with another of the batch (Zhang et al. 2018, arXiv:1710.09412).

    The share of a pair is drawn from Beta(alpha, alpha).
    """
    share = random.beta(alpha, alpha, len(faces)).astype(np.float32)
    other = random.permutation(len(faces))
    wide, flat = share[:, None, None, None], share[:, None]
    return (
        wide * faces + (1 - wide) * faces[other],
        flat * targets + (1 - flat) * targets[other],
    )
