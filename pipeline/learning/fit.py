"""The fit itself: phase by phase and epoch by epoch, and the best epoch is kept."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np

from pipeline.data.dataset import Split
from pipeline.foundation.params import Training
from pipeline.learning import networks
from pipeline.learning.acceleration import accelerated
from pipeline.learning.batches import one_hot, targets_of
from pipeline.learning.checkpoint import Checkpoint, State, TrainingError, best_epoch
from pipeline.learning.devices import spread
from pipeline.learning.epochs import epochs_of
from pipeline.learning.learner import Learner, loss_of
from pipeline.learning.phases import Phase, optimizer_for, phases_of
from pipeline.learning.predictions import logits_of_faces
from pipeline.learning.processes import from_first, is_first

Log = Callable[[dict[str, float], int], None]
"""Is told the figures of an epoch, and its number from 1."""

DRAWS = 1 << 18
"""Random draws of one layer in one epoch, at most; a step of 28,709 faces makes seven."""


@dataclass
class Fit:
    """A training of `network` on `train`, which goes on from `state` and adds its epochs to it.

    Random numbers follow from the seed, the epoch and the step, so that a training that was cut
    off gives the same figures as one that was not, as far as the device computes alike each time.
    """

    network: keras.Model
    settings: Training
    train: Split
    validation: Split
    checkpoint: Checkpoint
    state: State
    log: Log
    teachers: Sequence[keras.Model] = ()
    devices: Sequence[str] = ()

    def run(self) -> None:
        """Train to the end and leave `network` at its best epoch."""
        state = self.state
        if state.epochs:
            state.resumed.append(state.epochs)
        start = random.getstate()
        for phase in phases_of(self.settings):
            if state.epochs < phase.last and not is_over(state, self.settings):
                random.setstate(start)  # Keras draws the seeds of dropout from it
                self._fit(phase)
        self.network.set_weights(state.best)

    def _fit(self, phase: Phase) -> None:
        settings, state = self.settings, self.state
        steps = -(-len(self.train.images) // settings.batch_size)
        targets = targets_of(self.train, settings.votes)
        with spread(self.devices):
            learner = self.learner(phase, steps)
            epochs = epochs_of(
                learner, self.train.images, targets, settings.batch_size, settings.seed
            )
        judged = accelerated(networks.logits_of(self.network), settings.precision)
        while state.epochs < phase.last and not is_over(state, settings):
            print(f"Epoch {state.epochs + 1}/{phase.last}", flush=True)
            started = time.perf_counter()
            start_random_numbers(learner, state.epochs)
            figures = epochs(state.epochs)
            with averaged(learner):
                judged.set_weights(learner.network.get_weights())
                figures |= from_first(partial(self._validated, judged))
                self._add(figures | {"seconds": round(time.perf_counter() - started, 2)})
                if best_epoch(state.history, settings.monitor) == state.epochs:
                    state.best = judged.get_weights()
            if is_first() and self.checkpoint.is_due:
                _take(state, learner)
                self.checkpoint.save(state)
        _take(state, learner)

    def _validated(self, network: keras.Model) -> dict[str, float]:
        """Accuracy and loss of `network`, which gives logits, on the validation faces."""
        labels = self.validation.labels
        logits = logits_of_faces(network, self.validation.images)
        loss = loss_of(self.settings)(one_hot(self.validation), logits)
        return {
            "val_accuracy": float((logits.argmax(axis=1) == labels).mean()),
            "val_loss": float(keras.ops.mean(loss)),
        }

    def _add(self, figures: dict[str, float]) -> None:
        """Keep and tell an epoch's figures; TrainingError where they are no numbers."""
        epoch = self.state.epochs + 1
        for name in ("loss", self.settings.monitor):
            if not np.isfinite(figures[name]):
                raise TrainingError(
                    f"{name} became {figures[name]} in epoch {epoch}; lower learning_rate"
                )
        self.state.history.append({"epoch": epoch, **figures})
        told = " - ".join(f"{name}: {value:.4g}" for name, value in figures.items())
        print(f" - {told}", flush=True)
        self.log(figures, epoch)

    def learner(self, phase: Phase, steps: int) -> Learner:
        """What is fitted in `phase`: with a copy of the network, as the state left it."""
        settings, state = self.settings, self.state
        copy = accelerated(networks.logits_of(self.network), settings.precision)
        for layer in copy.layers:
            if layer.name == "base":
                _freeze(layer, whole=phase.base_is_frozen)
        learner = Learner(copy, settings, self.teachers)
        learner.compile(
            optimizer=optimizer_for(settings, phase, steps),
            # XLA makes TensorFlow on a CPU several times slower.
            jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
        )
        learner.optimizer.build(learner.trainable_variables)
        try:
            if state.epochs:
                copy.set_weights(state.weights)
            if state.epochs > phase.first:
                _assign(learner.optimizer.variables, state.optimizer)
        except ValueError as error:
            raise TrainingError(
                f"the state in {self.checkpoint.folder} does not fit the network "
                f"({str(error).splitlines()[0]}); delete it to train from the beginning"
            ) from error
        return learner


def start_random_numbers(learner: Learner, epoch: int) -> None:
    """Make every random number of an epoch one of seed, epoch and step alone."""
    for variable in learner.non_trainable_variables:
        if variable.name == "seed_generator_state":  # a seed, and a count of the draws
            seed, _ = np.asarray(keras.ops.convert_to_numpy(variable))
            variable.assign(np.array([seed, epoch * DRAWS], variable.dtype))


@contextmanager
def averaged(learner: Learner) -> Iterator[None]:
    """For a while give `learner` the average of its weights, where its optimiser keeps one."""
    if not learner.optimizer.use_ema:
        yield
        return
    variables = learner.trainable_variables
    latest = _values(variables)
    learner.optimizer.finalize_variable_values(variables)
    _assign(variables, _values(variables))  # on JAX, `predict` uses up what it is given
    yield
    _assign(variables, latest)


def _values(variables: Sequence[keras.Variable]) -> list[Any]:
    """Copies of the values."""
    return [keras.ops.copy(variable.value) for variable in variables]


def _assign(variables: Sequence[keras.Variable], values: Sequence[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def is_over(state: State, settings: Training) -> bool:
    """Whether `patience` epochs brought nothing better."""
    return state.epochs - best_epoch(state.history, settings.monitor) >= settings.patience


def _take(state: State, learner: Learner) -> None:
    """Copy the learner's variables into the state."""
    state.weights = learner.network.get_weights()
    state.optimizer = [keras.ops.convert_to_numpy(each) for each in learner.optimizer.variables]


def _freeze(base: keras.Model, *, whole: bool) -> None:
    """Fix a pretrained base, or its batch norm alone: the statistics stay those it came with.

    `training=False` in the network is not enough: a model that is fitted overrules it.
    """
    base.trainable = not whole
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
