"""FER2013's labels beside FER+'s votes -> reports/label_noise/: how far either can be trusted.

`python -m pipeline.label_noise`, when the votes lie where params.yaml says and a champion is there.
It is no stage of `dvc repro`, because the votes have to be downloaded by hand. The faces whose
labels look most wrong are drawn to data/suspects.png, which Git leaves out: the pictures are not
ours to pass on.
"""

from __future__ import annotations

from pathlib import Path
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
from pipeline.records.card import read_champion
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


def all_agreement(splits: dict[str, Split], voted: dict[str, np.ndarray]) -> np.ndarray:
    """The `agreement` of the faces of all splits together."""
    return agreement(
        np.concatenate([splits[name].labels for name in SPLITS]),
        np.concatenate([voted[name] for name in SPLITS]),
    )


def summarise(
    splits: dict[str, Split], voted: dict[str, np.ndarray], predicted: np.ndarray
) -> dict[str, Any]:
    """What label_noise.json holds; `predicted` are the champion's classes of the test faces."""
    shares, test = all_agreement(splits, voted), splits["test"]
    alone = unseen(test, [splits["train"], splits["val"]])
    return {
        "agreement": {name: float(shares[row, row]) for row, name in enumerate(FER2013)},
        "no face, by FER+": {name: int((voted[name] == NO_FACE).sum()) for name in SPLITS},
        "same photograph": duplicates(splits),
        "champion on test": accuracies(test.labels, voted["test"], predicted),
        "champion on photographs of test alone": {
            "faces": int(alone.sum()),
            "accuracy": float((predicted == test.labels)[alone].mean()),
        },
    }


def save_agreements(shares: np.ndarray, folder: Path) -> None:
    """Write the shares of `agreement` as a table and as a picture."""
    rows = [[name, *shares[row].tolist()] for row, name in enumerate(FER2013)]
    write_csv(folder / "agreement.csv", ("label", *FERPLUS, "no majority or no face"), rows)
    save_agreement(shares, FER2013, (*FERPLUS, "none"), folder / "agreement.png")


def draw_suspects(split: Split, voted: np.ndarray, probabilities: np.ndarray, path: Path) -> None:
    """Draw the `suspects`, each under its label with a question mark and FER+'s class."""
    chosen = suspects(split, voted, probabilities)
    titles = [f"{FER2013[split.labels[row]]}?\n{FERPLUS[voted[row]]}" for row in chosen]
    save_faces(split.images[chosen], titles, path)


def main() -> None:
    """Write tables and pictures, and print the gist."""
    data = load_params().data
    splits = {name: load_split(name) for name in SPLITS}
    if splits["train"].classes != FER2013:
        raise ParamsError("the arrays hold other labels; set data.labels: fer2013, then dvc repro")
    voted = voted_labels(splits, REPOSITORY / data.votes)
    network = load_onnx(CHAMPION_MODEL, ALL_CORES)
    train, test = (predict_shown(network, splits[name].images, name) for name in ("train", "test"))
    summary = {"model": read_champion()["model"]}
    summary |= summarise(splits, voted, test.argmax(axis=1))
    write_json(REPORTS / "label_noise" / "label_noise.json", summary)
    save_agreements(all_agreement(splits, voted), REPORTS / "label_noise")
    draw_suspects(splits["train"], voted["train"], train, REPOSITORY / "data" / "suspects.png")
    for name, figures in summary.items():
        print(f"{name}: {figures}")


if __name__ == "__main__":
    run(main)
