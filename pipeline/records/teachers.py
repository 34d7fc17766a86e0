"""Trained models as teachers of another one."""

from __future__ import annotations

from pathlib import Path

import keras

from pipeline.formats.keras_file import load_network
from pipeline.foundation.params import REPOSITORY, Training
from pipeline.learning.checkpoint import TrainingError
from pipeline.records.reports import read_report


def model_file(name: str) -> Path:
    """Where a trained model lies."""
    return REPOSITORY / "models" / f"{name}.keras"


def missing_teacher(name: str, student: str) -> TrainingError:
    """The error that the teacher `name` of `student` was not trained."""
    return TrainingError(
        f"{student} learns from {name}, but {model_file(name)} is missing; "
        f"train both: `python -m pipeline.train {name} {student}`"
    )


def load_teachers(
    student: str, settings: Training, classes: tuple[str, ...], faces: str
) -> dict[str, keras.Model]:
    """The networks of a student's teachers by their names; none where it has no `distil`.

    TrainingError where one is missing, names other classes than `classes`, or learned from other
    faces than those of which `faces` is the hash.
    """
    names = settings.distil.teachers if settings.distil else []
    return {name: _load_teacher(name, student, classes, faces) for name in names}


def _load_teacher(name: str, student: str, classes: tuple[str, ...], faces: str) -> keras.Model:
    if not model_file(name).exists():
        raise missing_teacher(name, student)
    record = read_report(name, "training", "classes", "learned_from")
    if record["classes"] != list(classes):
        raise TrainingError(
            f"{student} is to name {', '.join(classes)}, but its teacher {name} names "
            f"{', '.join(record['classes'])}; train {name} again"
        )
    if record["learned_from"] != faces:
        raise TrainingError(
            f"{name}, the teacher of {student}, learned from other faces than data/arrays holds; "
            f"train {name} again"
        )
    return load_network(model_file(name))
