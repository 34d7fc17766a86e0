"""Stage: arrays -> models/<model>.keras, reports/models/<model>/history.csv and training.json.

`python -m pipeline.train cnn vgg` trains the sections `train.cnn` and `train.vgg` of params.yaml,
one after the other. The whole state is kept under checkpoints/, so that a training that was cut off
goes on where it was, on another machine too if its folder is taken there.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pipeline.data.dataset import SIZE, Split, data_hash, load_split, read_hash
from pipeline.foundation.errors import run
from pipeline.foundation.files import write_csv, write_json, write_whole
from pipeline.foundation.params import REPOSITORY, Params, ParamsError, Training, load_params
from pipeline.foundation.revision import git_commit, run_name
from pipeline.learning import networks
from pipeline.learning.calibration import calibrate, favour_rare_classes
from pipeline.learning.checkpoint import (
    Checkpoint,
    State,
    TrainingError,
    best_epoch,
    fingerprint,
)
from pipeline.learning.devices import chosen
from pipeline.learning.fit import Fit, Log
from pipeline.learning.phases import phases_of
from pipeline.learning.processes import agree, from_first, is_first, joined
from pipeline.records.durations import left, outlook, seconds_of, spelled
from pipeline.records.journal import Journal
from pipeline.records.machine import this_machine
from pipeline.records.reports import folder_of
from pipeline.records.teachers import load_teachers, missing_teacher, model_file


@dataclass(frozen=True)
class Lesson:
    """What a training learns from: faces, and the teachers' networks."""

    train: Split
    validation: Split
    teachers: dict[str, keras.Model]


def refuse_empty_classes(train: Split) -> None:
    """TrainingError where a class has no training face."""
    faces = np.bincount(train.labels, minlength=len(train.classes))
    if empty := [name for name, count in zip(train.classes, faces, strict=True) if not count]:
        raise TrainingError(
            f"no training face is labelled {' or '.join(empty)}, so it cannot be learned; "
            "add faces to the dataset and run `dvc repro` again"
        )


def read_lesson(name: str, settings: Training) -> Lesson:
    """What the model `name` is to learn from; TrainingError where that does not go together."""
    train, validation = load_split("train"), load_split("val")
    refuse_empty_classes(train)
    faces = data_hash([train, validation])
    teachers = load_teachers(name, settings, train.classes, faces)
    if settings.votes and train.votes is None:
        print(f"{name}: data/arrays holds no votes, so only the labels are learned")
    return Lesson(train, validation, teachers)


def begin(name: str, settings: Training, state: State) -> Journal:
    """The run in the journal that tells of this training: the one of `state`, or a new one."""
    commit = git_commit()
    tags = {"model": name, "git_commit": commit, "data_hash": read_hash()}
    journal = Journal(run_name(name, commit), state.run_id, tags)
    journal.log_params(asdict(settings))
    state.run_id = journal.run_id
    return journal


def telling(name: str, settings: Training, state: State, journal: Journal) -> Log:
    """What logs every epoch; says now and after the first epoch how long the training takes."""
    begun, epochs = state.epochs, phases_of(settings)[-1].last
    last = seconds_of(folder_of(name))
    print(f"{name}: {outlook(epochs, folder_of(name))}", flush=True)

    def log(figures: dict[str, float], epoch: int) -> None:
        journal.log_metrics(figures, epoch)
        if epoch == begun + 1 < epochs:
            to_go = spelled(left(epoch, figures["seconds"], epochs, last))
            print(f"{name}: about {to_go} to go, by what this epoch took", flush=True)

    return log


def record_of(
    name: str, settings: Training, lesson: Lesson, network: keras.Model, state: State
) -> dict[str, Any]:
    """Where a trained model comes from, for the model card. Its probabilities are made true."""
    return {
        "model": name,
        "recipe": asdict(settings),
        "votes": settings.votes if lesson.train.votes is not None else 0.0,
        "classes": list(lesson.train.classes),
        "learned_from": data_hash([lesson.train, lesson.validation]),
        "parameters": network.count_params(),
        "best_epoch": best_epoch(state.history, settings.monitor),
        "epochs": state.epochs,
        "resumed_after_epochs": state.resumed,
        "temperature": calibrate(network, lesson.validation),
        "prior_power": favour_rare_classes(
            network, lesson.train, lesson.validation, settings.prior_power
        ),
        "seconds_per_epoch": round(float(np.median([row["seconds"] for row in state.history])), 1),
        "git_commit": git_commit(),
        "mlflow_run_id": state.run_id,
        "machine": this_machine(),
        "keras": f"{keras.__version__} on {keras.backend.backend()}",
    }


def write_results(name: str, network: keras.Model, state: State, record: dict[str, Any]) -> None:
    """Write the trained network, the figures of every epoch and the record."""
    write_whole(model_file(name), network.save)
    rows = [row.values() for row in state.history]
    write_csv(folder_of(name) / "history.csv", list(state.history[0]), rows)
    write_json(folder_of(name) / "training.json", record)


def place_of(folder: Path, name: str, settings: Training, lesson: Lesson) -> Path:
    """Where in `folder` the state of this very training lies."""
    train = lesson.train
    votes = [] if train.votes is None else [hashlib.sha256(train.votes.tobytes()).hexdigest()]
    teachers = [
        hashlib.sha256(model_file(each).read_bytes()).hexdigest() for each in lesson.teachers
    ]
    faces = data_hash([train, lesson.validation])
    return folder / name / fingerprint(settings, faces, *votes, *teachers)


def train_model(name: str, settings: Training, folder: Path, seconds: float) -> None:
    """Train the model `name` on the arrays and write it with its history and its record.

    States are kept in `folder`, `seconds` apart at least. Of several processes that share the
    training, the first alone writes.
    """
    lesson, devices = read_lesson(name, settings), chosen(settings, f"train.{name}")
    place = place_of(folder, name, settings, lesson)
    agree(place.name, "recipe, or other faces, votes or teachers,")
    checkpoint = Checkpoint(place, seconds)
    state = from_first(checkpoint.load)
    if state.epochs:
        print(f"{name}: going on after epoch {state.epochs}")
    keras.utils.set_random_seed(settings.seed)
    network = networks.build(settings.network, (SIZE, SIZE, 1), len(lesson.train.classes))
    if settings.distil and settings.distil.start:
        network.set_weights(lesson.teachers[settings.distil.start].get_weights())
    journal = begin(name, settings, state) if is_first() else None
    Fit(
        network,
        settings,
        lesson.train,
        lesson.validation,
        checkpoint,
        state,
        telling(name, settings, state, journal) if journal else lambda *_: None,
        list(lesson.teachers.values()),
        devices,
    ).run()
    if not journal:
        return
    record = record_of(name, settings, lesson, network, state) | {"devices": len(devices) or 1}
    write_results(name, network, state, record)
    journal.finish()
    checkpoint.remove()
    best = state.history[record["best_epoch"] - 1][settings.monitor]
    print(
        f"{name}: kept epoch {record['best_epoch']} of {state.epochs}, "
        f"{settings.monitor} {best:.4f}"
    )


def settings_of(names: list[str], params: Params) -> dict[str, Training]:
    """The sections of the models `names`; ParamsError where there is none, or no teacher's file.

    A teacher may be trained before its student by the same command.
    """
    for place, name in enumerate(names):
        if name not in params.train:
            known = ", ".join(params.train)
            raise ParamsError(f"params.yaml has no section train.{name}; it has {known}")
        distil = params.train[name].distil
        for teacher in distil.teachers if distil else []:
            if teacher not in names[:place] and not model_file(teacher).exists():
                raise missing_teacher(teacher, name)
    return {name: params.train[name] for name in names}


def main() -> None:
    """Read the models' names and their sections of params.yaml, and train them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="sections of `train` in params.yaml")
    parser.add_argument(
        "--state",
        type=Path,
        default=REPOSITORY / "checkpoints",
        help="folder of the states from which trainings go on (default: checkpoints)",
    )
    parser.add_argument(
        "--save-every",
        type=float,
        default=60,
        metavar="SECONDS",
        help="least time between two states (default: %(default)s)",
    )
    arguments = parser.parse_args()
    trainings = settings_of(arguments.models, load_params())
    with joined():
        for name, settings in trainings.items():
            train_model(name, settings, arguments.state, arguments.save_every)


if __name__ == "__main__":
    run(main)
