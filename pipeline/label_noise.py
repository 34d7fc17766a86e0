"""FER2013's labels beside FER+'s votes -> reports/label_noise/: how far either can be trusted.

`python -m pipeline.label_noise`, when the votes lie where params.yaml says and a champion is there.
No stage of `dvc repro`, for the votes are a download of their own. The faces whose labels look most
wrong are drawn to data/suspects.png, which Git leaves out: the pictures are not ours to pass on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fer_system.emotions import FER2013, FERPLUS
from pipeline.data.dataset import SPLITS, Split, load_split
from pipeline.data.duplicates import duplicates, thumbnails, twins
from pipeline.data.ferplus import NO_FACE, voted_labels
from pipeline.formats.onnx_file import ALL_CORES, CHAMPION_MODEL, load_onnx
from pipeline.foundation.errors import run
from pipeline.foundation.files import write_csv, write_json
from pipeline.foundation.params import REPOSITORY, ParamsError, load_params
from pipeline.measuring.predictions import predict_shown
from pipeline.pictures.plots import save_agreement, save_faces
from pipeline.records.reports import REPORTS

SUSPECTS = 60


def agreement(labels: np.ndarray, voted: np.ndarray) -> np.ndarray:
    """Shares (7, 9) of each label's faces by what FER+ says: its 8 classes, then none of them."""
    column = np.where(voted >= 0, voted, len(FERPLUS))
    counts = np.zeros((len(FER2013), len(FERPLUS) + 1))
    np.add.at(counts, (labels, column), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def unseen(test: Split, others: list[Split]) -> np.ndarray:
    """Which faces of `test` are the same photograph as none of `others`, bool (N,)."""
    faces = thumbnails(test.images)
    return np.all([twins(faces, thumbnails(other.images)) < 0 for other in others], axis=0)


def accuracies(labels: np.ndarray, voted: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """The champion's accuracy by either label, on the faces that have FER+'s label among the 7.

    None where there is no such face.
    """
    both = (voted >= 0) & (voted < len(FER2013))
    ways = {"by FER2013's label": predicted == labels, "by FER+'s label": predicted == voted}
    rates = {way: float(right[both].mean()) if both.any() else None for way, right in ways.items()}
    return {"faces": int(both.sum()), **rates}


def suspects(split: Split, voted: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Positions of the faces whose label the champion and FER+ both reject, surest first."""
    predicted, rows = probabilities.argmax(axis=1), np.arange(len(split.labels))
    doubt = probabilities[rows, predicted] - probabilities[rows, split.labels]
    candidates = rows[(predicted != split.labels) & (predicted == voted)]
    return candidates[np.argsort(-doubt[candidates])][:SUSPECTS]


def main() -> None:
    """Write tables and pictures, and print the gist."""
    data = load_params().data
    splits = {name: load_split(name) for name in SPLITS}
    if splits["train"].classes != FER2013:
        raise ParamsError("the arrays hold other labels; set data.labels: fer2013, then dvc repro")
    voted = voted_labels(splits, REPOSITORY / data.votes)
    network = load_onnx(CHAMPION_MODEL, ALL_CORES)
    probabilities = {
        name: predict_shown(network, split.images, name) for name, split in splits.items()
    }
    shares = agreement(
        np.concatenate([splits[name].labels for name in SPLITS]),
        np.concatenate([voted[name] for name in SPLITS]),
    )
    test = probabilities["test"].argmax(axis=1)
    alone = unseen(splits["test"], [splits["train"], splits["val"]])
    summary = {
        "agreement": {name: float(shares[row, row]) for row, name in enumerate(FER2013)},
        "no face, by FER+": {name: int((voted[name] == NO_FACE).sum()) for name in SPLITS},
        "same photograph": duplicates(splits),
        "champion on test": accuracies(splits["test"].labels, voted["test"], test),
        "champion on photographs of test alone": {
            "faces": int(alone.sum()),
            "accuracy": float((test == splits["test"].labels)[alone].mean()),
        },
    }
    folder = REPORTS / "label_noise"
    rows = [[name, *shares[row].tolist()] for row, name in enumerate(FER2013)]
    write_csv(folder / "agreement.csv", ("label", *FERPLUS, "no majority or no face"), rows)
    write_json(folder / "label_noise.json", summary)
    save_agreement(shares, FER2013, (*FERPLUS, "none"), folder / "agreement.png")
    chosen = suspects(splits["train"], voted["train"], probabilities["train"])
    titles = [
        f"{FER2013[splits['train'].labels[row]]}?\n{FERPLUS[voted['train'][row]]}" for row in chosen
    ]
    save_faces(splits["train"].images[chosen], titles, REPOSITORY / "data" / "suspects.png")
    for name, figures in summary.items():
        print(f"{name}: {figures}")


if __name__ == "__main__":
    run(main)
