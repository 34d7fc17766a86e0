"""Stage: arrays -> models/<model>.keras, reports/models/<model>/history.csv and training.json.

`python -m pipeline.train cnn` trains the section `train.cnn` of params.yaml. After every epoch the
whole state is kept under checkpoints/, so that a training that was cut off goes on where it was.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

import keras
import numpy as np

from pipeline.data.dataset import SIZE, Split, data_hash, load_split, read_hash
from pipeline.foundation.errors import run
from pipeline.foundation.files import write_csv, write_json, write_whole
from pipeline.foundation.params import REPOSITORY, ParamsError, Training, load_params
from pipeline.foundation.revision import git_commit, run_name
from pipeline.learning import networks
from pipeline.learning.calibration import calibrate
from pipeline.learning.checkpoint import (
    Checkpoint,
    State,
    TrainingError,
    best_epoch,
    fingerprint,
)
from pipeline.learning.fit import Fit
from pipeline.records.journal import Journal
from pipeline.records.reports import folder_of


def refuse_empty_classes(train: Split) -> None:
    """TrainingError where a class has no training face."""
    faces = np.bincount(train.labels, minlength=len(train.classes))
    if empty := [name for name, count in zip(train.classes, faces, strict=True) if not count]:
        raise TrainingError(
            f"no training face is labelled {' or '.join(empty)}, so it cannot be learned; "
            "add faces to the dataset and run `dvc repro` again"
        )


def begin(name: str, settings: Training, state: State) -> Journal:
    """The run in the journal that tells of this training: the one of `state`, or a new one."""
    commit = git_commit()
    tags = {"model": name, "git_commit": commit, "data_hash": read_hash()}
    journal = Journal(run_name(name, commit), state.run_id, tags)
    journal.log_params(asdict(settings))
    state.run_id = journal.run_id
    return journal


def record_of(
    name: str, settings: Training, network: keras.Model, state: State, temperature: float
) -> dict[str, Any]:
    """Where a trained model comes from, for the model card."""
    return {
        "model": name,
        "recipe": asdict(settings),
        "parameters": network.count_params(),
        "best_epoch": best_epoch(state.history, settings.monitor),
        "epochs": state.epochs,
        "resumed_after_epochs": state.resumed,
        "temperature": temperature,
        "seconds_per_epoch": round(float(np.median([row["seconds"] for row in state.history])), 1),
        "git_commit": git_commit(),
        "mlflow_run_id": state.run_id,
        "keras": f"{keras.__version__} on {keras.backend.backend()}",
    }


def write_results(name: str, network: keras.Model, state: State, record: dict[str, Any]) -> None:
    """Write the trained network, the figures of every epoch and the record."""
    write_whole(REPOSITORY / "models" / f"{name}.keras", network.save)
    rows = [row.values() for row in state.history]
    write_csv(folder_of(name) / "history.csv", list(state.history[0]), rows)
    write_json(folder_of(name) / "training.json", record)


def train_model(name: str, settings: Training) -> None:
    """Train the model `name` on the arrays and write it with its history and its record."""
    train, validation = load_split("train"), load_split("val")
    refuse_empty_classes(train)
    place = (
        REPOSITORY / "checkpoints" / name / fingerprint(settings, data_hash([train, validation]))
    )
    checkpoint = Checkpoint(place, settings.monitor)
    state = checkpoint.load()
    if state.epochs:
        print(f"{name}: going on after epoch {state.epochs}")
    keras.utils.set_random_seed(settings.seed)
    network = networks.build(settings.network, (SIZE, SIZE, 1), len(train.classes))
    journal = begin(name, settings, state)
    Fit(network, settings, train, validation, checkpoint, state, journal.log_metrics).run()
    temperature = calibrate(network, validation)
    record = record_of(name, settings, network, state, temperature)
    write_results(name, network, state, record)
    journal.finish()
    checkpoint.remove()
    best = state.history[record["best_epoch"] - 1][settings.monitor]
    print(
        f"{name}: kept epoch {record['best_epoch']} of {state.epochs}, "
        f"{settings.monitor} {best:.4f}"
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
    run(main)
