"""The devices over which a training is spread, each with an equal share of every batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras

from pipeline.foundation.params import Training
from pipeline.learning.checkpoint import TrainingError
from pipeline.learning.processes import count

BACKEND = keras.backend.backend()

if BACKEND == "tensorflow":
    import tensorflow as tf


def all_devices() -> list[str]:
    """The names of all GPUs, of all processes together, or of the CPUs where there is no GPU."""
    if BACKEND == "tensorflow":
        found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return [device.name for device in found]
    names: list[str] = keras.distribution.list_devices()
    return names


def device_count() -> int:
    """Over how many devices what is built now is spread."""
    if BACKEND == "tensorflow":
        count: int = tf.distribute.get_strategy().num_replicas_in_sync
        return count
    distribution = keras.distribution.distribution()
    return distribution.num_model_replicas if distribution else 1


def chosen(settings: Training, place: str) -> list[str]:
    """The names of the devices that `settings` ask for; none where one is enough.

    TrainingError, naming `place`, where they are not there or cannot share a batch equally.
    """
    place = f"{place}.devices is {settings.devices}"
    if count() > 1 and settings.devices != "all":
        raise TrainingError(f"{place}, but {count()} processes share the training; say `all`")
    if settings.devices == 1:
        return []
    if BACKEND not in ("jax", "tensorflow"):
        raise TrainingError(
            f"{place}, but Keras on {BACKEND} trains on one; set KERAS_BACKEND to jax or tensorflow"
        )
    found = all_devices()
    wanted = len(found) if settings.devices == "all" else settings.devices
    if wanted > len(found):
        raise TrainingError(
            f"{place}, but only {len(found)} can be seen here: {', '.join(found)}; say `all`"
        )
    if settings.batch_size % wanted:
        raise TrainingError(
            f"{place}, but {wanted} devices cannot share batches of {settings.batch_size} faces "
            f"equally; let batch_size be a multiple of {wanted}"
        )
    return found[:wanted] if wanted > 1 else []


@contextmanager
def spread(devices: Sequence[str]) -> Iterator[None]:
    """While in here, what is built is copied to all of `devices`, if there are any.

    Each answers for its share of a batch, and takes the step by what all of them learned.
    """
    if not devices:
        yield
    elif BACKEND == "jax":
        with keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False).scope():
            yield
    else:
        with tf.distribute.MirroredStrategy(devices).scope():
            yield
