"""One epoch of a learner: step by step, or on JAX as a single compiled call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from pipeline.learning.batches import batches_of, order_of
from pipeline.learning.devices import device_count
from pipeline.learning.learner import Learner, hits

if keras.backend.backend() == "jax":
    import jax
    import jax.numpy as jnp
elif keras.backend.backend() == "tensorflow":
    import tensorflow as tf

Values = list[list[Any]]
"""The values of the variables that a step changes: trained, others, the optimiser's."""


@dataclass
class SteppedEpochs:
    """Epochs whose steps are called one by one, on any backend.

    Not by `fit`, which puts the average of the weights in their place whenever it returns. `images`
    uint8 (N, 48, 48) and `targets` float32 (N, classes) are those of all training faces.
    """

    learner: Learner
    images: np.ndarray
    targets: np.ndarray
    batch_size: int
    seed: int

    def __call__(self, epoch: int) -> dict[str, float]:
        """Train one epoch, `epoch` counting the finished ones; its accuracy and loss."""
        order = order_of(len(self.images), self.batch_size, self.seed, epoch)
        batches = batches_of(self.images, self.targets, order)
        bar = tqdm(batches, "train", len(order), unit="step", disable=None, leave=False)
        told = [self.step(batch) for batch in bar]
        return {name: float(np.mean([figures[name] for figures in told])) for name in told[0]}

    def step(self, batch: dict[str, np.ndarray]) -> dict[str, Any]:
        """Train on a batch; its mean loss and accuracy."""
        figures: dict[str, Any] = self.learner.train_on_batch(batch, return_dict=True)
        return figures


@dataclass
class MirroredEpochs(SteppedEpochs):
    """As `SteppedEpochs`, on TensorFlow: each device answers for its share of every batch.

    What is drawn at random is drawn for the whole batch, as on one device, but for dropout.
    """

    def __post_init__(self) -> None:
        self.strategy = tf.distribute.get_strategy()
        self._view = tf.function(self.learner.view)
        self._run = tf.function(self._step)

    def step(self, batch: dict[str, np.ndarray]) -> dict[str, Any]:
        """Train on a batch; its mean loss and accuracy."""
        view = self._view(batch)
        size = self.batch_size // self.strategy.num_replicas_in_sync

        def share(replica: Any) -> dict[str, Any]:  # noqa: ANN401
            first = replica.replica_id_in_sync_group * size
            return {name: values[first : first + size] for name, values in view.items()}

        shares = self.strategy.experimental_distribute_values_from_function(share)
        figures: dict[str, Any] = self._run(shares)
        return figures

    def _step(self, shares: Any) -> dict[str, Any]:  # noqa: ANN401
        told = self.strategy.run(self._learn, args=(shares,))
        mean = tf.distribute.ReduceOp.MEAN
        return {
            name: self.strategy.reduce(mean, figures, axis=None) for name, figures in told.items()
        }

    def _learn(self, view: dict[str, Any]) -> dict[str, Any]:
        """One device's part: its gradients are summed up with those of the others."""
        learner = self.learner
        with tf.GradientTape() as tape:
            outputs = learner.answer(view)
            loss = learner.compute_loss(y_pred=outputs)
            part = loss / self.strategy.num_replicas_in_sync
        trained = learner.trainable_variables
        learner.optimizer.apply(tape.gradient(part, trained), trained)
        return {"accuracy": tf.reduce_mean(hits(outputs)), "loss": loss}


class CompiledEpochs:
    """As `SteppedEpochs`, on JAX: faces lie on the device, and an epoch is one compiled call."""

    def __init__(
        self, learner: Learner, images: np.ndarray, targets: np.ndarray, batch_size: int, seed: int
    ) -> None:
        self.learner, self.batch_size, self.seed = learner, batch_size, seed
        self.data = placed(images, layout()), placed(targets, layout())
        self.shared = layout(None, "batch")
        self._run = jax.jit(self._epoch, donate_argnums=0)

    def __call__(self, epoch: int) -> dict[str, float]:
        """Train one epoch, `epoch` counting the finished ones; its accuracy and loss."""
        learner = self.learner
        groups = (
            learner.trainable_variables,
            learner.non_trainable_variables,
            learner.optimizer.variables,
        )
        values = [[variable.value for variable in group] for group in groups]
        order = order_of(len(self.data[0]), self.batch_size, self.seed, epoch)
        values, figures = self._run(values, placed(order, self.shared), *self.data)
        for group, new in zip(groups, values, strict=True):
            for variable, value in zip(group, new, strict=True):
                variable.assign(value)
        loss, accuracy = (float(figure) for figure in figures)
        return {"accuracy": accuracy, "loss": loss}

    def _epoch(self, values: Values, order: Any, images: Any, targets: Any) -> Any:  # noqa: ANN401
        """The values after all batches, and the mean loss and accuracy."""

        def step(values: Values, rows: Any) -> tuple[Values, Any]:  # noqa: ANN401
            return self._step(values, {"images": images[rows], "targets": targets[rows]})

        values, figures = jax.lax.scan(step, values, order)
        return values, figures.mean(axis=0)

    def _step(self, values: Values, batch: dict[str, Any]) -> tuple[Values, Any]:
        """The values after one step on a batch, and its mean loss and accuracy."""
        trained, others, optimizer = values

        def loss_of(trained: list[Any]) -> Any:  # noqa: ANN401
            outputs, changed = self.learner.stateless_call(trained, others, batch, training=True)
            return self.learner.compute_loss(y_pred=outputs), (outputs, changed)

        differentiate = jax.value_and_grad(loss_of, has_aux=True)
        (loss, (outputs, others)), gradients = differentiate(trained)
        trained, optimizer = self.learner.optimizer.stateless_apply(optimizer, gradients, trained)
        return [trained, others, optimizer], jnp.stack([loss, hits(outputs).mean()])


def placed(array: np.ndarray, where: Any) -> Any:  # noqa: ANN401
    """An array on the devices as a `layout` says; each process puts there what is its own."""
    if where is None:
        return jax.device_put(np.asarray(array))
    return jax.make_array_from_callback(array.shape, where, lambda part: np.asarray(array[part]))


def layout(*axes: str | None) -> Any:  # noqa: ANN401
    """How an array lies on the devices: whole on each, or its axis "batch" shared out."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        return None
    return keras.distribution.TensorLayout(axes, distribution.device_mesh).backend_layout


def epochs_of(
    learner: Learner, images: np.ndarray, targets: np.ndarray, batch_size: int, seed: int
) -> SteppedEpochs | CompiledEpochs:
    """The epochs of `learner`, trained in the way that is fastest here."""
    kind: type[SteppedEpochs | CompiledEpochs] = SteppedEpochs
    if keras.backend.backend() == "jax":
        kind = CompiledEpochs
    elif device_count() > 1:
        kind = MirroredEpochs
    return kind(learner, images, targets, batch_size, seed)
