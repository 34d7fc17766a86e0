"""Stage: models/<model>.keras -> reports/models/<model>/: figures as JSON and CSV, and as pictures.

`python -m pipeline.evaluate cnn`. Nothing that chooses reads what is written here about test.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from fer_system.metrics import accuracy, macro_f1
from pipeline.data.dataset import SIZE, SPLITS, Split, load_split
from pipeline.formats.onnx_export import export_onnx, milliseconds_per_face
from pipeline.foundation.files import write_csv, write_json
from pipeline.foundation.params import REPOSITORY, Evaluation, ParamsError, load_params
from pipeline.measuring import metrics
from pipeline.pictures.plots import save_calibration, save_confusion, save_history, save_per_class
from pipeline.records.reports import folder_of, read_history, read_report

NAMES = dict(zip(SPLITS, ("train", "validation", "test"), strict=True))
BATCH = 256
VIEWS = {"none": 1, "flip": 2, "ten": 10}
"""How many `views` of a face are averaged."""
MOVE = 2
"""Pixels by which the moved views of a face are moved."""


def predict(
    network: keras.Model, images: np.ndarray, callbacks: Sequence[keras.callbacks.Callback] = ()
) -> np.ndarray:
    """Probabilities (N, classes) for faces (N, 48, 48) of 0..255."""
    faces = images[..., np.newaxis]
    return network.predict(faces, batch_size=BATCH, verbose=0, callbacks=list(callbacks))


def predict_all(
    network: keras.Model, splits: dict[str, Split], averaging: str
) -> dict[str, np.ndarray]:
    """Probabilities (views, N, classes) of every split, the faces as they are first.

    The training faces are seen as they are alone. A bar on a terminal tells the time left.
    """
    kinds = {split: "none" if split == "train" else averaging for split in splits}
    batches = sum(
        VIEWS[kinds[split]] * math.ceil(len(faces.labels) / BATCH)
        for split, faces in splits.items()
    )
    with tqdm(total=batches, desc="evaluate", unit="batch", disable=None) as bar:
        step = keras.callbacks.LambdaCallback(on_predict_batch_end=lambda batch, logs: bar.update())
        return {
            split: np.stack(
                [predict(network, view, [step]) for view in views(faces.images, kinds[split])]
            )
            for split, faces in splits.items()
        }


def views(images: np.ndarray, averaging: str) -> Iterator[np.ndarray]:
    """The views of faces (N, 48, 48) that `averaging` names, the faces as they are first."""
    yield images
    if averaging != "none":
        yield images[:, :, ::-1]
    if averaging == "ten":
        wide = np.pad(images, ((0, 0), (MOVE, MOVE), (MOVE, MOVE)), mode="edge")
        for top, left in itertools.product((0, 2 * MOVE), repeat=2):
            moved = wide[:, top : top + SIZE, left : left + SIZE]
            yield moved
            yield moved[:, :, ::-1]


def figures(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """Accuracy, macro-F1, loss and expected calibration error of one split."""
    confusion = _confusion(labels, probabilities)
    return {
        "accuracy": accuracy(confusion),
        "macro_f1": macro_f1(confusion),
        "loss": metrics.cross_entropy(labels, probabilities),
        "calibration_error": metrics.calibration_error(labels, probabilities),
    }


def details(
    labels: np.ndarray, probabilities: np.ndarray, classes: tuple[str, ...]
) -> dict[str, Any]:
    """Precision, recall, F1 and faces per class, and the confusion matrix, of one split."""
    confusion = _confusion(labels, probabilities)
    rates = metrics.per_class(confusion)
    return {
        "per_class": {
            name: {rate: float(values[index]) for rate, values in rates.items()}
            | {"faces": int(confusion[index].sum())}
            for index, name in enumerate(classes)
        },
        "confusion": confusion.tolist(),
    }


def _confusion(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    return metrics.confusion_matrix(labels, probabilities.argmax(axis=1), probabilities.shape[1])


def uncertainty(
    labels: np.ndarray, probabilities: np.ndarray, temperature: float, rounds: int
) -> dict[str, Any]:
    """95 % intervals from `rounds` bootstrap samples; how well calibrated it was, and could be."""
    predicted, classes = probabilities.argmax(axis=1), probabilities.shape[1]
    return {
        "intervals_95": metrics.bootstrap_intervals(labels, predicted, classes, rounds),
        "uncalibrated": figures(labels, metrics.tempered(probabilities, 1 / temperature)),
        "calibration_error_by_chance": metrics.calibration_error_by_chance(probabilities, rounds),
    }


def calibration(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, list[float]]:
    """The columns of `metrics.calibration_bins` without the parts that hold no face."""
    parts = metrics.calibration_bins(labels, probabilities)
    filled = parts["faces"] > 0
    return {name: values[filled].tolist() for name, values in parts.items()}


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


def save_pictures(
    folder: Path,
    splits: dict[str, Split],
    probabilities: dict[str, np.ndarray],
    record: dict[str, Any],
) -> None:
    """Draw confusion, rates per class, calibration and history."""
    test, name = splits["test"], record["model"]
    confusions = {
        split: _confusion(faces.labels, probabilities[split]) for split, faces in splits.items()
    }
    titled = {
        f"{name}: {split} accuracy {accuracy(confusion):.2%}": confusion
        for split, confusion in confusions.items()
    }
    save_confusion(titled, test.classes, folder / "confusion.png")
    rates = metrics.per_class(confusions["test"])
    save_per_class(rates, test.classes, f"{name}: test", folder / "per_class.png")
    before = metrics.tempered(probabilities["test"], 1 / record["temperature"])
    panels = {}
    for when, given in (("before", before), ("after", probabilities["test"])):
        error = metrics.calibration_error(test.labels, given)
        title = f"test, {when} calibration: error {error:.1%}"
        panels[title] = metrics.calibration_bins(test.labels, given)
    save_calibration(panels, folder / "calibration.png")
    save_history(read_history(name), record["best_epoch"], folder / "history.png")


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
    train, validation, test = (splits[split] for split in NAMES.values())
    held_out = {
        split: held_out_details(splits[split], seen[split], temperature, settings.bootstrap)
        for split in ("validation", "test")
    }
    threshold = metrics.label_threshold(validation.labels, seen["validation"][0])
    return {
        "averaging": settings.averaging,
        "train": details(train.labels, seen["train"][0], train.classes),
        "validation": held_out["validation"] | {"threshold": threshold},
        "test": held_out["test"] | {"calibration": calibration(test.labels, seen["test"][0])},
    }


def cost_of(network: keras.Model, record: dict[str, Any]) -> dict[str, float]:
    """What a model costs: its size, and times that are of this machine and this moment."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        export_onnx(network, {}, path)
        milliseconds = milliseconds_per_face(path)
    return {
        "parameters": record["parameters"],
        "milliseconds_per_face": round(milliseconds, 2),
        "seconds_per_epoch": record["seconds_per_epoch"],
    }


def evaluate_model(name: str, settings: Evaluation) -> None:
    """Measure one trained model on all splits and write its report."""
    folder, record = folder_of(name), read_report(name, "training.json")
    network = keras.models.load_model(REPOSITORY / "models" / f"{name}.keras", compile=False)
    splits = {NAMES[split]: load_split(split) for split in SPLITS}
    seen = predict_all(network, splits, settings.averaging)
    single = {split: views[0] for split, views in seen.items()}
    summary = {split: figures(faces.labels, single[split]) for split, faces in splits.items()}
    write_json(folder / "metrics.json", summary)
    write_json(folder / "details.json", all_details(splits, seen, record["temperature"], settings))
    write_json(folder / "cost.json", cost_of(network, record))
    save_tables(folder, splits["test"], single["test"])
    save_pictures(folder, splits, single, record)
    for split, values in summary.items():
        print(
            f"{name}: {split} " + ", ".join(f"{key} {value:.4f}" for key, value in values.items())
        )


def main() -> None:
    """Read the model's name and evaluate it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="a section of `train` in params.yaml")
    evaluate_model(parser.parse_args().model, load_params().evaluate)


if __name__ == "__main__":
    try:
        main()
    except (ParamsError, FileNotFoundError) as error:
        sys.exit(f"evaluate: {error}")
