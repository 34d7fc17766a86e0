"""Stage: models/<model>.keras -> models/<model>.onnx, and its figures in reports/models/<model>/.

`python -m pipeline.evaluate cnn`. The ONNX file is what is measured: every figure is of the file
that `promote` may take. The figures of the test split are only told: no model, setting or threshold
is chosen by them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fer_system.intervals import warning_of
from pipeline.data.dataset import Split, as_input, load_split, read_hash
from pipeline.formats.keras_file import load_network
from pipeline.formats.onnx_export import TOLERANCE, export_onnx, largest_difference
from pipeline.formats.onnx_file import ALL_CORES, load_onnx, milliseconds_per_face
from pipeline.foundation.errors import PipelineError, run
from pipeline.foundation.files import replace_other, write_csv, write_json
from pipeline.foundation.params import REPOSITORY, Evaluation, load_params
from pipeline.measuring import metrics
from pipeline.measuring.figures import calibration, details, figures, uncertainty
from pipeline.measuring.predictions import predict_shown, predict_views
from pipeline.records.reports import METRICS, REPORTED, folder_of, read_report

CHECKED_FACES = 512


class EvaluationError(PipelineError):
    """A model cannot be measured; its reports stay as they were."""


def export_checked(source: Path, path: Path, validation: Split) -> float:
    """Write the network of a .keras file as ONNX, and say by how much a probability differs.

    EvaluationError, and no file, where it differs by more than `TOLERANCE` on validation faces.
    """
    network = load_network(source)
    faces = as_input(validation.images[:CHECKED_FACES])
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="partial-") as folder:
        made = Path(folder) / path.name
        export_onnx(network, made)
        difference = largest_difference(made, network, faces)
        if not difference <= TOLERANCE:
            raise EvaluationError(
                f"ONNX and Keras differ by {difference:.2g} on {len(faces)} validation faces, "
                f"more than {TOLERANCE}; {path.name} is not written"
            )
        replace_other(path, made)
    return float(f"{difference:.1e}")  # more digits tell of the processor, not of the model


def save_tables(folder: Path, test: Split, probabilities: np.ndarray) -> None:
    """Write what DVC plots of the test split: F1 per class, confusion and calibration."""
    rates = details(test.labels, probabilities, test.classes)["per_class"]
    rows = [[name, *values.values()] for name, values in rates.items()]
    write_csv(folder / "per_class.csv", ("class", "precision", "recall", "f1", "faces"), rows)
    predicted = probabilities.argmax(axis=1)
    pairs = (
        (test.classes[actual], test.classes[guess])
        for actual, guess in zip(test.labels, predicted, strict=True)
    )
    write_csv(folder / "confusion.csv", ("actual", "predicted"), pairs)
    columns = calibration(test.labels, probabilities)
    write_csv(folder / "calibration.csv", list(columns), zip(*columns.values(), strict=True))


def held_out_details(
    faces: Split, seen: np.ndarray, temperature: float, rounds: int
) -> dict[str, Any]:
    """The details of a split that was not learned from, by the probabilities of all its views."""
    return {
        **details(faces.labels, seen[0], faces.classes),
        "averaged": figures(faces.labels, seen.mean(axis=0)),
        **uncertainty(faces.labels, seen[0], temperature, rounds),
    }


def all_details(
    splits: dict[str, Split], seen: dict[str, np.ndarray], temperature: float, settings: Evaluation
) -> dict[str, Any]:
    """What details.json holds."""
    train, validation, test = (splits[split] for split in REPORTED.values())
    held_out = {
        split: held_out_details(splits[split], seen[split], temperature, settings.bootstrap)
        for split in ("validation", "test")
    }
    threshold = metrics.label_threshold(validation.labels, seen["validation"][0])
    told = seen["test"][0]
    return {
        "data_hash": read_hash(),
        "averaging": settings.averaging,
        "train": details(train.labels, seen["train"][0], train.classes),
        "validation": held_out["validation"] | {"threshold": threshold},
        "test": held_out["test"]
        | {
            "calibration": calibration(test.labels, told),
            "calibration_before": calibration(test.labels, metrics.tempered(told, 1 / temperature)),
        },
    }


def teachers_figures(names: list[str], splits: dict[str, Split]) -> dict[str, Any]:
    """What the teachers of a student, whose probabilities are averaged, make of held-out faces."""
    networks = [load_onnx(REPOSITORY / "models" / f"{name}.onnx", ALL_CORES) for name in names]
    told: dict[str, Any] = {"models": names}
    for split in ("validation", "test"):
        images = splits[split].images
        seen = np.mean([predict_shown(each, images, "teachers") for each in networks], axis=0)
        told[split] = figures(splits[split].labels, seen)
    return told


def brief(figures: dict[str, dict[str, float]]) -> dict[str, float]:
    """The figures that `dvc metrics show` and `dvc exp show` have room for, from those by split."""
    validation, test = figures["validation"], figures["test"]
    return {
        "val/accuracy": validation["accuracy"],
        "val/f1": validation["macro_f1"],
        "test/accuracy": test["accuracy"],
        "test/f1": test["macro_f1"],
        "test/ece": test["calibration_error"],
    }


def cost_of(path: Path, record: dict[str, Any]) -> dict[str, float]:
    """What the ONNX file costs: its size, and times that are of this machine and this moment."""
    return {
        "parameters": record["parameters"],
        "milliseconds_per_face": round(milliseconds_per_face(path), 2),
        "seconds_per_epoch": record["seconds_per_epoch"],
    }


def conclusion(summary: dict[str, dict[str, float]], test: dict[str, Any]) -> Iterator[str]:
    """What is told at the end: the figures of each split, and how sure those of test are."""
    for split, values in summary.items():
        told = ", ".join(f"{key} {value:.4f}" for key, value in values.items())
        yield f"{split} {told}"
    limits = test["intervals_95"].items()
    told = ", ".join(f"{key} {each['low']:.4f} to {each['high']:.4f}" for key, each in limits)
    yield f"test, 95 % intervals: {told}"
    if warning := warning_of(sum(map(sum, test["confusion"]))):
        yield f"WARNING: test's {warning}"


def evaluate_model(name: str, settings: Evaluation) -> None:
    """Export one trained model, measure it on all splits and write its report."""
    folder, models = folder_of(name), REPOSITORY / "models"
    keys = ("recipe", "parameters", "seconds_per_epoch", "temperature")
    record = read_report(name, "training", *keys)
    splits = {told: load_split(split) for split, told in REPORTED.items()}
    path = models / f"{name}.onnx"
    tell = partial(print, f"{name}:", flush=True)
    tell(f"1 of 3: writing {path.name} and comparing it with {name}.keras")
    difference = export_checked(models / f"{name}.keras", path, splits["validation"])
    averaging = dict.fromkeys(splits, settings.averaging) | {"train": "none"}
    faces = ", ".join(f"{split} {len(each.labels):,}" for split, each in splits.items())
    tell(f"2 of 3: {path.name} looks at all faces ({faces}; views averaged: {settings.averaging})")
    seen = predict_views(load_onnx(path, ALL_CORES), splits, averaging, f"{name}: faces")
    tell("3 of 3: figures, intervals and what one face costs")
    single = {split: views[0] for split, views in seen.items()}
    summary = {split: figures(faces.labels, single[split]) for split, faces in splits.items()}
    known = all_details(splits, seen, record["temperature"], settings)
    known["onnx_differs_from_keras_by"] = difference
    if distil := record["recipe"].get("distil"):
        known["teachers"] = teachers_figures(distil["teachers"], splits)
    write_json(METRICS / f"{name}.json", brief(summary))
    write_json(folder / "figures.json", summary)
    write_json(folder / "details.json", known)
    write_json(folder / "cost.json", cost_of(path, record))
    save_tables(folder, splits["test"], single["test"])
    for sentence in conclusion(summary, known["test"]):
        tell(sentence)


def main() -> None:
    """Read the model's name and evaluate it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="a section of `train` in params.yaml")
    evaluate_model(parser.parse_args().model, load_params().evaluate)


if __name__ == "__main__":
    run(main)
