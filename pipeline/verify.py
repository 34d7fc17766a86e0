"""By hand: are the committed model and its figures what the dataset gives? No training, no changes.

`python -m pipeline.verify` compares models/best.onnx, best.keras and best.json with each other and
with reports/, reads the faces anew from what params.yaml names, compares them with those that the
model was trained and measured on, and measures best.onnx on validation and test. A line tells of
each whether it agrees; the exit code is 1 where one does not. Without the dataset only the files
are compared.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.data.class_folders import read_class_folders
from pipeline.data.dataset import (
    ARRAYS,
    FER2013_HASH,
    HASH_FILE,
    SPLITS,
    Split,
    data_hash,
    load_split,
)
from pipeline.data.fer2013 import read_csv
from pipeline.data.ferplus import relabelled, voted_labels
from pipeline.formats.onnx_file import ALL_CORES, load_onnx, metadata
from pipeline.foundation.errors import PipelineError, run
from pipeline.foundation.params import REPOSITORY, Data, load_params
from pipeline.measuring.figures import figures
from pipeline.measuring.metrics import confusion_matrix
from pipeline.measuring.predictions import Predict, predict_shown
from pipeline.records.card import metadata_of, read_card, read_champion
from pipeline.records.dvc_lock import read_lock
from pipeline.records.files import existing
from pipeline.records.reports import REPORTED

MODELS = REPOSITORY / "models"
BESIDE_THE_CARD = ("onnx_differs_from_keras_by", "sha256")
"""What best.json tells that the card within best.onnx does not."""
TOLERANCE = 1e-3
"""How far a figure, and what share of the faces, may be off: another processor rounds otherwise.

That moves a probability by some millionths, and so a face to another class once in a long while.
"""


@dataclass(frozen=True)
class Check:
    """One thing that was compared, in a sentence."""

    agrees: bool
    sentence: str


def compare_files(content: dict[str, Any]) -> Iterator[Check]:
    """Whether the champion's files and reports are those that best.json, `content`, tells of."""
    for name, expected in content["sha256"].items():
        found = hashlib.sha256(
            existing(MODELS / name, "dvc repro promote").read_bytes()
        ).hexdigest()
        yield _check(f"models/{name}: SHA-256 {found[:12]}...", found, expected, expected[:12])
    card = {key: value for key, value in content.items() if key not in BESIDE_THE_CARD}
    told, written = metadata(MODELS / "best.onnx"), metadata_of(card)
    differing = _differing(told, written)
    yield _of_parts("the card within models/best.onnx is that of best.json", differing)
    metric = card["chosen_by"].split()[-1]
    reported = read_card(card["model"], list(card["candidates"]), metric)
    differing = _differing({key: card.get(key) for key in reported}, reported)
    yield _of_parts(f"reports/models/{card['model']} says what best.json says", differing)


def read_faces(data: Data) -> dict[str, Split]:
    """What `convert` would make of the dataset, written nowhere and without votes to learn from."""
    source = REPOSITORY / data.source
    if source.is_dir():
        with tempfile.TemporaryDirectory(dir=REPOSITORY / "data", prefix="partial-") as scratch:
            return read_class_folders(source, Path(scratch))[0]
    splits = read_csv(source)
    if data.labels == "ferplus":
        return relabelled(splits, voted_labels(splits, REPOSITORY / data.votes))
    return splits


def compare_faces(splits: dict[str, Split], card: dict[str, Any], source: str) -> Iterator[Check]:
    """Whether these are the faces that the champion, `card`, was trained and measured on."""
    found, expected = data_hash(splits.values()), card["data_hash"]
    which = ", FER2013's own" if found == FER2013_HASH else ""
    yield _check(f"{source}: hash {found[:12]}...{which}", found, expected, expected[:12])
    for split, told in REPORTED.items():
        labels, classes = splits[split].labels, splits[split].classes
        counts = np.bincount(labels, minlength=len(classes)).tolist()
        faces = dict(zip(classes, counts, strict=True))
        yield _check(f"{told}: {len(labels):,} faces, by class too", faces, card["faces"][told])
    if (locked := _locked_hash()) is not None:
        written = hashlib.md5(f"{found}\n".encode()).hexdigest()  # as DVC reckons it of hash.txt
        yield _check("dvc.lock names the arrays of these faces", written, locked)
    if all((ARRAYS / f"{split}.npz").exists() for split in SPLITS):
        arrays = data_hash([load_split(split, ARRAYS) for split in SPLITS])
        yield _check("data/arrays holds these faces", arrays, found)


def _locked_hash() -> str | None:
    """DVC's MD5 of the arrays' hash.txt, as it was committed; None where nothing is told of it."""
    outs = read_lock().get("convert", {}).get("outs", [])
    return next((out["md5"] for out in outs if Path(out["path"]).name == HASH_FILE), None)


def compare_figures(
    network: Predict, splits: dict[str, Split], card: dict[str, Any]
) -> Iterator[Check]:
    """Whether the network does on validation and test what `card` says."""
    for split, told in list(REPORTED.items())[1:]:
        faces = splits[split]
        probabilities = predict_shown(network, faces.images, f"faces of {told}")
        for name, value in figures(faces.labels, probabilities).items():
            expected = card["figures"][told][name]
            close = abs(value - expected) <= TOLERANCE
            yield _check(f"{told} {name} {value:.4f}", close, True, f"{expected:.4f}")
    classes = len(faces.classes)
    confusion = confusion_matrix(faces.labels, probabilities.argmax(axis=1), classes)
    moved = int(np.abs(confusion - np.array(card["test_confusion"])).sum()) // 2
    sentence = f"test confusion matrix: {moved} of {len(faces.labels):,} faces elsewhere"
    yield _check(sentence, moved <= TOLERANCE * len(faces.labels), True, "none")


def _differing(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    return [key for key in found | expected if found.get(key) != expected.get(key)]


def _of_parts(sentence: str, differing: list[str]) -> Check:
    return Check(
        not differing, f"{sentence}, but for {', '.join(differing)}" if differing else sentence
    )


def _check(sentence: str, found: object, expected: object, shown: str = "") -> Check:
    """A check of two values; where they differ, `shown` tells what was committed."""
    agrees = found == expected
    return Check(agrees, sentence if agrees or not shown else f"{sentence}; committed: {shown}")


def verify(content: dict[str, Any], data: Data) -> Iterator[Check | str]:
    """Every check in turn; a text tells what could not be checked, and why."""
    yield from compare_files(content)
    try:
        splits = read_faces(data)
    except PipelineError as error:
        if (REPOSITORY / data.source).exists():
            raise
        yield f"faces and figures: {error}"
        return
    checks = list(compare_faces(splits, content, data.source))
    yield from checks
    if checks[0].agrees:
        yield from compare_figures(load_onnx(MODELS / "best.onnx", ALL_CORES), splits, content)
    else:
        yield "figures: they are of other faces than these"


def main() -> None:
    """Print a line for each check, and how many there were; exit code 1 where one disagrees."""
    start, agreed, rest = time.monotonic(), [], ""
    for check in verify(read_champion(), load_params().data):
        if isinstance(check, str):
            print(f"not checked  {check}", flush=True)
            rest = "; the rest was not checked"
            continue
        agreed.append(check.agrees)
        print(f"{'agrees' if check.agrees else 'DIFFERS':11}  {check.sentence}", flush=True)
    seconds = time.monotonic() - start
    print(f"{sum(agreed)} of {len(agreed)} checks agree, after {seconds:.0f} seconds{rest}")
    sys.exit(not all(agreed))


if __name__ == "__main__":
    run(main)
