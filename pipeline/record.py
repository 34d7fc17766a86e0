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

import pandas as pd

from fer_system.detector import YUNET_FILE
from fer_system.pyfunc import MODEL_FILE, PICTURE, open_folder
from pipeline.formats.onnx_file import with_metadata
from pipeline.foundation.errors import run
from pipeline.foundation.params import REPOSITORY, load_params
from pipeline.foundation.revision import run_name
from pipeline.records.card import metadata_of, read_card, read_champion
from pipeline.records.comparison import compared
from pipeline.records.journal import VERSION, Journal, in_a_copy
from pipeline.records.registry import CHAMPION, Kept, name_of
from pipeline.records.reports import PICTURES, folder_of, read_history, read_report
from pipeline.records.run_data import DIGITS
from pipeline.records.run_description import describe_model, describe_sweep

EXAMPLE = REPOSITORY / "web" / "examples" / "happy.webp"
"""What MLflow shows beside a recogniser: drawn, since a dataset's faces may not be passed on."""
RECORDED = "recorded"
"""Tag: what of the reports the run holds."""
COMMIT_DIGITS = 7
FORM = 2
"""Another number lets every run be told anew, since more or otherwise is told of it."""


def digest(*contents: Any) -> str:  # noqa: ANN401
    """What tells contents apart that JSON can hold."""
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()[:16]


def record(card: dict[str, Any], cost: dict[str, float]) -> Journal:
    """Make MLflow's run of a model hold everything that `card` and the model's reports tell."""
    name = card["model"]
    training, history = read_report(name, "training"), read_history(name)
    journal = Journal(
        run_name(name, card["git_commit"]),
        card["mlflow_run_id"],
        {tag: card[tag] for tag in ("model", "git_commit", "data_hash")},
        digest(training, history),
        sum(row["seconds"] for row in history),
    )
    held, content = journal.tags() or {}, digest(FORM, card, cost)
    if held.get(RECORDED) != content:
        journal.log_params(card["recipe"])
        journal.log_history(history)
        if VERSION not in held:
            log_model(journal, card)
        journal.log_figures(card["figures"], cost)
        for folder in (folder_of(name), PICTURES / name):
            journal.log_files(folder)
        journal.log_card(card)
        text = describe_model(card, (journal.tags() or {}).get(VERSION, ""))
        journal.describe(text)
        journal.describe_version(text, version_tags(card))
        journal.describe_study(describe_sweep)
        journal.finish()
        journal.tag(RECORDED, content)
    return journal


def log_model(journal: Journal, card: dict[str, Any]) -> None:
    """Keep the recogniser on the model's network with its run, and the network itself."""
    models, name = REPOSITORY / "models", card["model"]
    with TemporaryDirectory() as place:
        folder = Path(place, "recognizer")
        folder.mkdir()
        content = with_metadata(models / f"{name}.onnx", metadata_of(card))
        (folder / MODEL_FILE).write_bytes(content)
        if YUNET_FILE.is_file():  # else it is downloaded where the model is opened
            shutil.copy(YUNET_FILE, folder)
        example = pd.DataFrame({PICTURE: [EXAMPLE.read_bytes()]})
        table = open_folder(folder).predict(example)
        journal.log_model(Kept(name, folder, example, table, card["best_epoch"]))
    journal.log_file(models / f"{name}.keras", "network")


def version_tags(card: dict[str, Any]) -> dict[str, str]:
    """What tells versions apart in MLflow's registry."""
    return {
        "model": card["model"],
        "accuracy": f"{card['figures']['test']['accuracy']:.4f}",
        "data": card["data_hash"][:DIGITS],
        "commit": card["git_commit"][:COMMIT_DIGITS],
    }


def main() -> None:
    """Record every model that params.yaml lists, mark the champion, print the table."""
    params = load_params()
    champion = read_champion()["model"]
    for name in params.trained:
        card = read_card(name, params.trained, params.promote.metric)
        cost = read_report(name, "cost", "milliseconds_per_face", "seconds_per_epoch")
        journal = record(card, cost)
        if not in_a_copy():  # an experiment's models wait for `dvc exp apply`
            journal.alias(name_of(name))
            if name == champion:
                journal.alias(CHAMPION)
    print(compared(params))


if __name__ == "__main__":
    run(main)
