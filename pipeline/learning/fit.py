"""The fit itself: phase by phase and epoch by epoch, and the best epoch is kept."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from tqdm.keras import TqdmCallback

from pipeline.data.dataset import Split, as_input
from pipeline.foundation.params import Training
from pipeline.learning import networks
from pipeline.learning.acceleration import accelerated
from pipeline.learning.augmentation import augmentation_layers
from pipeline.learning.batches import Batches, one_hot
from pipeline.learning.checkpoint import Checkpoint, State, TrainingError, best_epoch
from pipeline.learning.phases import Phase, optimizer_for, phases_of

Log = Callable[[dict[str, float], int], None]
"""Is told the figures of an epoch, and its number from 1."""

DRAWS = 1 << 18
"""Random draws of one layer in one epoch, at most; a step of 28,709 faces makes seven."""

LOSSES = {
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
}


class EpochEnd(keras.callbacks.Callback):
    """Starts the random numbers of each epoch, and keeps its end; stops when patience is spent."""

    def __init__(self, state: State, checkpoint: Checkpoint, settings: Training, log: Log) -> None:
        super().__init__()
        self.state, self.checkpoint, self.settings, self.log = state, checkpoint, settings, log

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Make every random number one of seed, epoch and step alone; start the clock."""
        for variable in self.model.non_trainable_variables:
            if variable.name == "seed_generator_state":  # a seed, and a count of the draws
                seed, _ = np.asarray(keras.ops.convert_to_numpy(variable))
                variable.assign(np.array([seed, epoch * DRAWS], variable.dtype))
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the epoch; `logs` holds the figures of training and validation."""
        state = self.state
        figures = {name: float(value) for name, value in (logs or {}).items()}
        for name in ("loss", self.settings.monitor):
            if not np.isfinite(figures[name]):
                raise TrainingError(
                    f"{name} became {figures[name]} in epoch {epoch + 1}; lower learning_rate"
                )
        figures["seconds"] = round(time.perf_counter() - self._started, 2)
        state.history.append({"epoch": state.epochs + 1, **figures})
        self.checkpoint.save(state, self.model)
        self.log(figures, state.epochs)
        self.model.stop_training = is_over(state, self.settings)


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

    def run(self) -> None:
        """Train to the end and leave `network` at its best epoch."""
        if self.state.epochs:
            self.state.resumed.append(self.state.epochs)
        start = random.getstate()
        for phase in phases_of(self.settings):
            if self.state.epochs < phase.last and not is_over(self.state, self.settings):
                random.setstate(start)  # Keras draws the seeds of dropout from it
                self._fit(phase)
        self._take_best()

    def _fit(self, phase: Phase) -> None:
        settings, epoch = self.settings, self.state.epochs
        batches = Batches(self.train, settings.batch_size, settings.mixup, settings.seed, epoch)
        on_terminal = sys.stderr.isatty()
        self._learner(phase, len(batches), epoch).fit(
            batches,
            initial_epoch=epoch,
            epochs=phase.last,
            validation_data=(as_input(self.validation.images), one_hot(self.validation)),
            callbacks=[
                *([keras.callbacks.SwapEMAWeights()] if settings.ema else []),
                EpochEnd(self.state, self.checkpoint, settings, self.log),
                *([TqdmCallback()] if on_terminal else []),
            ],
            shuffle=False,  # the batches have their own order
            verbose=0 if on_terminal else 2,
        )

    def _take_best(self) -> None:
        """Give the network the weights of the epoch that validated best."""
        epoch = best_epoch(self.state.history, self.settings.monitor)
        phase = next(phase for phase in phases_of(self.settings) if epoch <= phase.last)
        learner = self._learner(phase, 1, epoch)
        if self.settings.ema:
            learner.optimizer.finalize_variable_values(learner.trainable_variables)
        self.network.set_weights(learner.layers[-1].get_weights())

    def _learner(self, phase: Phase, batches: int, epoch: int) -> keras.Model:
        """What is fitted in `phase` from `epoch` on: a copy of the network without its softmax.

        In front of it stand the random changes. It carries the weights and, within the phase, the
        optimiser of the checkpoint.
        """
        settings = self.settings
        copy = accelerated(networks.logits_of(self.network), settings.precision)
        for layer in copy.layers:
            if layer.name == "base":
                _freeze(layer, whole=phase.base_is_frozen)
        changes = augmentation_layers(settings.augmentation, settings.seed)
        learner = keras.Sequential([keras.Input(self.network.input_shape[1:]), *changes, copy])
        if epoch:
            self.checkpoint.fill(learner, epoch)
        learner.compile(
            optimizer=optimizer_for(settings, phase, batches),
            loss=LOSSES[settings.loss](from_logits=True, label_smoothing=settings.label_smoothing),
            metrics=["accuracy"],
            # XLA makes TensorFlow on a CPU several times slower.
            jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
        )
        learner.optimizer.build(learner.trainable_variables)
        if epoch > phase.first:  # once more, now that there is an optimiser to fill
            self.checkpoint.fill(learner, epoch)
        return learner


def is_over(state: State, settings: Training) -> bool:
    """Whether `patience` epochs brought nothing better."""
    return state.epochs - best_epoch(state.history, settings.monitor) >= settings.patience


def _freeze(base: keras.Model, *, whole: bool) -> None:
    """Fix a pretrained base, or its batch norm alone: the statistics stay those it came with.

    `training=False` in the network is not enough: a model that is fitted overrules it.
    """
    base.trainable = not whole
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
