"""Stage: models/<model>.keras -> reports/<model>/: figures as JSON and CSV, and as pictures.

`python -m pipeline.evaluate cnn`. This is the only place where the test split is read; nothing that
chooses reads what is written here about it.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pipeline import metrics
from pipeline.dataset import SPLITS, Split, load_split
from pipeline.files import write_csv, write_json
from pipeline.params import REPOSITORY
from pipeline.plots import save_confusion, save_history, save_per_class
from pipeline.tracking import Journal

NAMES = dict(zip(SPLITS, ("train", "validation", "test"), strict=True))
BATCH = 256


def predict(network: keras.Model, split: Split) -> np.ndarray:
    """Probabilities (N, classes) for the faces of a split."""
    return network.predict(split.images[..., np.newaxis], batch_size=BATCH, verbose=0)


def figures(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """Accuracy, macro-F1 and loss of one split."""
    confusion = _confusion(labels, probabilities)
    return {
        "accuracy": metrics.accuracy(confusion),
        "macro_f1": metrics.macro_f1(confusion),
        "loss": metrics.cross_entropy(labels, probabilities),
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


def _read_history(path: Path) -> list[dict[str, float]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def save_report(
    folder: Path,
    splits: dict[str, Split],
    probabilities: dict[str, np.ndarray],
    record: dict[str, Any],
) -> dict[str, dict[str, float]]:
    """Write every figure and picture of one model to `folder`; returns the figures per split."""
    test, classes = splits["test"], splits["test"].classes
    summary = {name: figures(split.labels, probabilities[name]) for name, split in splits.items()}
    detail = {
        name: details(split.labels, probabilities[name], classes) for name, split in splits.items()
    }
    write_json(folder / "metrics.json", summary)
    write_json(folder / "details.json", detail)
    rows = [[name, *rates.values()] for name, rates in detail["test"]["per_class"].items()]
    write_csv(folder / "per_class.csv", ("class", "precision", "recall", "f1", "faces"), rows)
    predicted = probabilities["test"].argmax(axis=1)
    pairs = ((classes[a], classes[p]) for a, p in zip(test.labels, predicted, strict=True))
    write_csv(folder / "confusion.csv", ("actual", "predicted"), pairs)
    _draw(folder, detail, summary, classes, record)
    return summary


def _draw(
    folder: Path,
    detail: dict[str, Any],
    summary: dict[str, dict[str, float]],
    classes: tuple[str, ...],
    record: dict[str, Any],
) -> None:
    title = f"{record['model']}: {{}} accuracy {{:.2%}}"
    save_confusion(
        {
            title.format(name, summary[name]["accuracy"]): np.array(part["confusion"])
            for name, part in detail.items()
        },
        classes,
        folder / "confusion.png",
    )
    rates = metrics.per_class(np.array(detail["test"]["confusion"]))
    save_per_class(rates, classes, f"{record['model']}: test", folder / "per_class.png")
    history = _read_history(folder / "history.csv")
    save_history(history, record["best_epoch"], folder / "history.png")


def evaluate_model(name: str) -> None:
    """Measure one trained model on all splits, write its report and add it to its MLflow run."""
    reports = REPOSITORY / "reports" / name
    record = json.loads((reports / "training.json").read_text(encoding="utf-8"))
    network = keras.models.load_model(REPOSITORY / "models" / f"{name}.keras", compile=False)
    splits = {NAMES[split]: load_split(split) for split in SPLITS}
    probabilities = {}
    for split, faces in splits.items():
        print(f"{name}: {split}, {len(faces.labels):,} faces", flush=True)
        probabilities[split] = predict(network, faces)
    summary = save_report(reports, splits, probabilities, record)
    for split, values in summary.items():
        print(
            f"{name}: {split} " + ", ".join(f"{key} {value:.4f}" for key, value in values.items())
        )
    journal = Journal(name, record["mlflow_run_id"])
    journal.log_metrics(summary)
    journal.log_files(reports)
    journal.finish()


def main() -> None:
    """Read the model's name and evaluate it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="a section of `train` in params.yaml")
    evaluate_model(parser.parse_args().model)


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        sys.exit(f"evaluate: {error}")
