"""Stage: arrays -> models/<model>.keras, reports/models/<model>/history.csv and training.json.

`python -m pipeline.train cnn` trains the section `train.cnn` of params.yaml. After every epoch the
whole state is kept under checkpoints/, so that a training that was cut off goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm.keras import TqdmCallback

from pipeline.data.dataset import SIZE, SPLITS, Split, data_hash, load_split
from pipeline.foundation.files import write_csv, write_json, write_whole
from pipeline.foundation.params import REPOSITORY, ParamsError, Training, load_params
from pipeline.foundation.revision import git_commit, run_name
from pipeline.learning import networks
from pipeline.learning.acceleration import accelerated
from pipeline.learning.augmentation import augmentation_layers
from pipeline.learning.batches import Batches, one_hot
from pipeline.learning.phases import Phase, optimizer_for, phases_of
from pipeline.measuring import metrics
from pipeline.records.journal import Journal
from pipeline.records.reports import folder_of


class TrainingError(RuntimeError):
    """Training cannot go on; nothing that was kept before is touched."""


@dataclass
class State:
    """What is known after `len(history)` finished epochs of all phases together."""

    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_value: float | None = None
    run_id: str = ""

    @property
    def epochs(self) -> int:
        """How many epochs are finished."""
        return len(self.history)


class Checkpoint:
    """The state of a training on disk, replaced as a whole after each epoch.

    The weights after epoch n, the optimiser's among them, lie in `<n>.weights.h5`; `state.json`,
    renamed into place after them, names the last and the best n. So a training that dies at any
    moment finds its last finished epoch.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state = folder / "state.json"

    def load(self) -> State:
        """The last saved state, or a fresh one where there is none."""
        if not self._state.exists():
            return State()
        return State(**json.loads(self._state.read_text(encoding="utf-8")))

    def weights(self, epoch: int) -> Path:
        """Where the weights after `epoch` finished epochs lie, if it is the last or the best."""
        return self.folder / f"{epoch}.weights.h5"

    def save(self, state: State, model: keras.Model) -> None:
        """Write the weights of `model`, then the state that names them, then drop all others."""
        self.folder.mkdir(parents=True, exist_ok=True)
        model.save_weights(self.weights(state.epochs))
        write_json(self._state, asdict(state))
        needed = {self.weights(state.epochs), self.weights(state.best_epoch)}
        for path in set(self.folder.glob("*.weights.h5")) - needed:
            path.unlink()

    def fill(self, model: keras.Model, epoch: int) -> None:
        """Load the weights after `epoch`; TrainingError where they are of another network."""
        try:
            model.load_weights(self.weights(epoch))
        except ValueError as error:
            reason = str(error).splitlines()[0]
            raise TrainingError(
                f"the checkpoint {self.weights(epoch)} does not fit the network ({reason}); "
                f"delete {self.folder} to train from the beginning"
            ) from error

    def remove(self) -> None:
        """Forget everything: the training is over and its results are written."""
        shutil.rmtree(self.folder)


class EpochEnd(keras.callbacks.Callback):
    """After each epoch: keep the state, remember the best epoch, stop when patience is spent."""

    def __init__(
        self, state: State, checkpoint: Checkpoint, settings: Training, journal: Journal
    ) -> None:
        super().__init__()
        self.state, self.checkpoint = state, checkpoint
        self.settings, self.journal = settings, journal

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the clock."""
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the epoch; `logs` holds the figures of training and validation."""
        state, monitor = self.state, self.settings.monitor
        figures = {name: float(value) for name, value in (logs or {}).items()}
        for name in ("loss", monitor):
            if not np.isfinite(figures[name]):
                raise TrainingError(
                    f"{name} became {figures[name]} in epoch {epoch + 1}; lower learning_rate"
                )
        figures["seconds"] = round(time.perf_counter() - self._started, 2)
        state.history.append({"epoch": state.epochs + 1, **figures})
        if state.best_value is None or _is_better(monitor, figures[monitor], state.best_value):
            state.best_epoch, state.best_value = state.epochs, figures[monitor]
        self.checkpoint.save(state, self.model)
        self.journal.log_metrics(figures, step=state.epochs)
        self.model.stop_training = _is_over(state, self.settings)


def fit(
    network: keras.Model,
    settings: Training,
    train: Split,
    validation: Split,
    checkpoint: Checkpoint,
    journal: Journal,
) -> State:
    """Train `network`, from where `checkpoint` stands, and leave it at its best epoch."""
    state, on_terminal = checkpoint.load(), sys.stderr.isatty()
    state.run_id = journal.run_id
    for phase in phases_of(settings):
        if state.epochs >= phase.last or _is_over(state, settings):
            continue
        batches = Batches(
            train, settings.batch_size, settings.mixup, settings.seed, epoch=state.epochs
        )
        learner = _learner(network, settings, phase, len(batches), checkpoint, state.epochs)
        learner.fit(
            batches,
            initial_epoch=state.epochs,
            epochs=phase.last,
            validation_data=(validation.images[..., np.newaxis], one_hot(validation)),
            callbacks=[
                *([keras.callbacks.SwapEMAWeights()] if settings.ema else []),
                EpochEnd(state, checkpoint, settings, journal),
                *([TqdmCallback()] if on_terminal else []),
            ],
            shuffle=False,  # the batches have their own order
            verbose=0 if on_terminal else 2,
        )
    _take_best(network, settings, checkpoint, state.best_epoch)
    return state


def _take_best(
    network: keras.Model, settings: Training, checkpoint: Checkpoint, epoch: int
) -> None:
    """Give `network` the weights that validated in `epoch`."""
    phase = next(phase for phase in phases_of(settings) if epoch <= phase.last)
    learner = _learner(network, settings, phase, 1, checkpoint, epoch)
    if settings.ema:
        learner.optimizer.finalize_variable_values(learner.trainable_variables)
    network.set_weights(learner.layers[-1].get_weights())


def calibrate(network: keras.Model, validation: Split) -> float:
    """Fit a softmax temperature on validation and divide the network's logits by it; returns it."""
    faces = validation.images[..., np.newaxis]
    logits = networks.logits_of(network).predict(faces, batch_size=256, verbose=0)
    temperature = metrics.best_temperature(validation.labels, logits)
    layer = network.get_layer("logits")
    layer.set_weights([weights / temperature for weights in layer.get_weights()])
    return temperature


def _is_over(state: State, settings: Training) -> bool:
    return state.epochs - state.best_epoch >= settings.patience


def _is_better(monitor: str, value: float, best: float) -> bool:
    return value < best if monitor.endswith("loss") else value > best


def _learner(
    network: keras.Model,
    settings: Training,
    phase: Phase,
    batches: int,
    checkpoint: Checkpoint,
    epoch: int,
) -> keras.Model:
    """What is fitted in `phase` from `epoch` on: a copy of `network` without its softmax.

    In front of it stand the random changes. It carries the weights and, within the phase, the
    optimiser of the checkpoint.
    """
    copy = accelerated(networks.logits_of(network), settings.precision)
    for layer in copy.layers:
        if layer.name == "base":
            _freeze(layer, whole=phase.base_is_frozen)
    changes = augmentation_layers(settings.augmentation, settings.seed + epoch)
    learner = keras.Sequential([keras.Input(network.input_shape[1:]), *changes, copy])
    if epoch:
        checkpoint.fill(learner, epoch)
    loss = {
        "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
        "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
    }[settings.loss]
    learner.compile(
        optimizer=optimizer_for(settings, phase, batches),
        loss=loss(from_logits=True, label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
        # XLA makes TensorFlow on a CPU several times slower.
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
    learner.optimizer.build(learner.trainable_variables)
    if epoch > phase.first:  # once more, now that there is an optimiser to fill
        checkpoint.fill(learner, epoch)
    return learner


def _freeze(base: keras.Model, *, whole: bool) -> None:
    """Fix a pretrained base, or its batch norm alone: the statistics stay those it came with.

    `training=False` in the network is not enough: a model that is fitted overrules it.
    """
    base.trainable = not whole
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _fingerprint(settings: Training, data: str) -> str:
    """What a checkpoint belongs to: another recipe or other data never meets it."""
    recipe = json.dumps({"settings": asdict(settings), "data": data}, sort_keys=True)
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def _record(
    name: str,
    settings: Training,
    network: keras.Model,
    state: State,
    temperature: float,
    data: str,
) -> dict[str, Any]:
    """Where a trained model comes from, for the model card."""
    return {
        "model": name,
        "recipe": asdict(settings),
        "parameters": network.count_params(),
        "best_epoch": state.best_epoch,
        "epochs": state.epochs,
        "temperature": temperature,
        "seconds_per_epoch": round(float(np.median([row["seconds"] for row in state.history])), 1),
        "data_hash": data,
        "git_commit": git_commit(),
        "mlflow_run_id": state.run_id,
        "keras": f"{keras.__version__} on {keras.backend.backend()}",
    }


def _refuse_empty_classes(train: Split) -> None:
    faces = np.bincount(train.labels, minlength=len(train.classes))
    if empty := [name for name, count in zip(train.classes, faces, strict=True) if not count]:
        raise TrainingError(
            f"no training face is labelled {' or '.join(empty)}, so it cannot be learned; "
            "add faces to the dataset and run `dvc repro` again"
        )


def train_model(name: str, settings: Training) -> None:
    """Train the model `name` on the arrays and write it with its history and its record."""
    train, validation, test = (load_split(split) for split in SPLITS)
    _refuse_empty_classes(train)
    data = data_hash([train, validation, test])
    checkpoint = Checkpoint(REPOSITORY / "checkpoints" / name / _fingerprint(settings, data))
    state = checkpoint.load()
    if state.epochs:
        print(f"{name}: going on after epoch {state.epochs}")
    keras.utils.set_random_seed(settings.seed + state.epochs)
    network = networks.build(settings.network, (SIZE, SIZE, 1), len(train.classes))
    commit = git_commit()
    tags = {"model": name, "git_commit": commit, "data_hash": data}
    journal = Journal(run_name(name, commit), state.run_id, tags)
    journal.log_params(asdict(settings))
    state = fit(network, settings, train, validation, checkpoint, journal)
    temperature = calibrate(network, validation)
    write_whole(REPOSITORY / "models" / f"{name}.keras", network.save)
    reports = folder_of(name)
    write_csv(
        reports / "history.csv", list(state.history[0]), [row.values() for row in state.history]
    )
    write_json(
        reports / "training.json", _record(name, settings, network, state, temperature, data)
    )
    journal.finish()
    checkpoint.remove()
    print(
        f"{name}: kept epoch {state.best_epoch} of {state.epochs}, "
        f"{settings.monitor} {state.best_value:.4f}"
    )


def main() -> None:
    """Read the model's name and its section of params.yaml, and train it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="a section of `train` in params.yaml")
    name = parser.parse_args().model
    sections = load_params().train
    if name not in sections:
        raise ParamsError(f"params.yaml has no section train.{name}; it has {', '.join(sections)}")
    train_model(name, sections[name])


if __name__ == "__main__":
    try:
        main()
    except (ParamsError, TrainingError, FileNotFoundError) as error:
        sys.exit(f"train: {error}")
