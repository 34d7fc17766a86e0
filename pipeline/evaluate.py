"""Stage: models/<model>.keras -> reports/models/<model>/: figures as JSON and CSV, and as pictures.

`python -m pipeline.evaluate cnn`. Nothing that chooses reads what is written here about test.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pipeline import metrics
from pipeline.dataset import SIZE, SPLITS, Split, load_split
from pipeline.files import write_csv, write_json
from pipeline.params import REPOSITORY, Evaluation, ParamsError, load_params
from pipeline.plots import save_calibration, save_confusion, save_history, save_per_class
from pipeline.reports import folder_of, read_history, read_report
from pipeline.tracking import Journal

NAMES = dict(zip(SPLITS, ("train", "validation", "test"), strict=True))
BATCH = 256
MOVE = 2
"""Pixels by which the moved views of a face are moved."""


def predict(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Probabilities (N, classes) for faces (N, 48, 48) of 0..255."""
    return network.predict(images[..., np.newaxis], batch_size=BATCH, verbose=0)


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
        "accuracy": metrics.accuracy(confusion),
        "macro_f1": metrics.macro_f1(confusion),
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
    """95 % intervals from `rounds` bootstrap samples, and the figures before calibration."""
    predicted, classes = probabilities.argmax(axis=1), probabilities.shape[1]
    return {
        "intervals_95": metrics.bootstrap_intervals(labels, predicted, classes, rounds),
        "uncalibrated": figures(labels, metrics.tempered(probabilities, 1 / temperature)),
    }


def calibration(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, list[float]]:
    """The columns of `metrics.calibration_bins` without the parts that hold no face."""
    parts = metrics.calibration_bins(labels, probabilities)
    filled = parts["faces"] > 0
    return {name: values[filled].tolist() for name, values in parts.items()}


def averaged_figures(network: keras.Model, split: Split, averaging: str) -> dict[str, float]:
    """The figures of a split when the probabilities of a face's views are averaged."""
    seen = [predict(network, view) for view in views(split.images, averaging)]
    return figures(split.labels, np.mean(seen, axis=0))


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
        f"{name}: {split} accuracy {metrics.accuracy(confusion):.2%}": confusion
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


def evaluate_model(name: str, settings: Evaluation) -> None:
    """Measure one trained model on all splits, write its report and add it to its MLflow run."""
    folder = folder_of(name)
    record = read_report(name, "training.json")
    network = keras.models.load_model(REPOSITORY / "models" / f"{name}.keras", compile=False)
    splits = {NAMES[split]: load_split(split) for split in SPLITS}
    probabilities, summary, detail = {}, {}, {}
    for split, faces in splits.items():
        print(f"{name}: {split}, {len(faces.labels):,} faces", flush=True)
        single = probabilities[split] = predict(network, faces.images)
        summary[split] = figures(faces.labels, single)
        detail[split] = details(faces.labels, single, faces.classes)
        if split != "train":
            detail[split]["averaged"] = averaged_figures(network, faces, settings.averaging)
            detail[split] |= uncertainty(
                faces.labels, single, record["temperature"], settings.bootstrap
            )
    detail["validation"]["threshold"] = metrics.label_threshold(
        splits["validation"].labels, probabilities["validation"]
    )
    detail["test"]["calibration"] = calibration(splits["test"].labels, probabilities["test"])
    write_json(folder / "metrics.json", summary)
    write_json(folder / "details.json", {"averaging": settings.averaging, **detail})
    save_tables(folder, splits["test"], probabilities["test"])
    save_pictures(folder, splits, probabilities, record)
    for split, values in summary.items():
        print(
            f"{name}: {split} " + ", ".join(f"{key} {value:.4f}" for key, value in values.items())
        )
    journal = Journal(name, record["mlflow_run_id"])
    journal.log_metrics(summary)
    journal.log_files(folder)
    journal.finish()


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
