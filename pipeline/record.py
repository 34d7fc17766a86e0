"""Stage: reports and models -> MLflow, and a table of all models on the screen.

It completes the run that each training began. Where MLflow's store knows no such run, because DVC
restored the training from its cache or the store is another one, a new run is made from the
reports. So DVC runs this stage every time; what MLflow has already is not sent again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import pandas as pd

from fer_system.detector import YUNET_FILE
from fer_system.pyfunc import MODEL_FILE, PICTURE, open_folder
from pipeline.data.dataset import Split, load_split
from pipeline.formats.onnx_file import with_metadata
from pipeline.foundation.errors import run
from pipeline.foundation.params import REPOSITORY, load_params
from pipeline.foundation.revision import run_name
from pipeline.records.card import metadata_of, read_card, read_champion
from pipeline.records.comparison import compared
from pipeline.records.journal import VERSION, Journal, in_a_copy
from pipeline.records.reports import PICTURES, folder_of, read_history, read_report

RECORDED = "recorded"
"""Tag: what of the reports the run holds."""


def digest(*contents: Any) -> str:  # noqa: ANN401
    """What tells contents apart that JSON can hold."""
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()[:16]


def record(card: dict[str, Any], cost: dict[str, float], validation: Split) -> Journal:
    """Make MLflow's run of a model hold everything that `card` and the model's reports tell."""
    name = card["model"]
    training, history = read_report(name, "training"), read_history(name)
    journal = Journal(
        run_name(name, card["git_commit"]),
        card["mlflow_run_id"],
        {tag: card[tag] for tag in ("model", "git_commit", "data_hash")},
        origin=digest(training, history),
    )
    if journal.is_new:
        journal.log_params(card["recipe"])
        for row in history:
            journal.log_metrics(row, step=int(row["epoch"]))
    held, content = journal.tags() or {}, digest(card, cost)
    if held.get(RECORDED) != content:
        journal.log_figures(card["figures"])
        journal.log_cost(cost)
        for folder in (folder_of(name), PICTURES / name):
            journal.log_files(folder)
        journal.log_card(card)
        if VERSION not in held:
            log_model(journal, card, validation.images[0])
        journal.tag(RECORDED, content)
        journal.finish()
    return journal


def log_model(journal: Journal, card: dict[str, Any], face: np.ndarray) -> None:
    """Keep the recogniser on the model's network with its run, and the network itself."""
    models = REPOSITORY / "models"
    with TemporaryDirectory() as place:
        folder = Path(place, "recognizer")
        folder.mkdir()
        content = with_metadata(models / f"{card['model']}.onnx", metadata_of(card))
        (folder / MODEL_FILE).write_bytes(content)
        if YUNET_FILE.is_file():  # else it is downloaded where the model is opened
            shutil.copy(YUNET_FILE, folder)
        example = pd.DataFrame({PICTURE: [cv2.imencode(".png", face)[1].tobytes()]})
        journal.log_model(folder, example, open_folder(folder).predict(example))
    journal.log_file(models / f"{card['model']}.keras", "network")


def main() -> None:
    """Record every model that params.yaml lists, mark the champion, print the table."""
    params, validation = load_params(), load_split("val")
    champion = read_champion()["model"]
    for name in params.trained:
        card = read_card(name, params.trained, params.promote.metric)
        cost = read_report(name, "cost", "milliseconds_per_face", "seconds_per_epoch")
        journal = record(card, cost, validation)
        if name == champion and not in_a_copy():  # an experiment's choice waits for `dvc exp apply`
            journal.promote()
    print(compared(params))


if __name__ == "__main__":
    run(main)
