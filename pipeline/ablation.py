"""By hand: what each part of a recipe gives, and what the seed alone does -> reports/ablation/.

`python -m pipeline.ablation` trains what `ablation` in params.yaml lists, each an MLflow run. A run
that is in the table already is not trained again, so what was cut off goes on with the next run.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras

from pipeline.data.dataset import SIZE, SPLITS, Split, data_hash, load_split
from pipeline.foundation.errors import run as run_command
from pipeline.foundation.files import write_csv
from pipeline.foundation.params import REPOSITORY, Ablation, Training, load_params, varied
from pipeline.foundation.revision import git_commit
from pipeline.learning import networks
from pipeline.learning.calibration import calibrate
from pipeline.learning.checkpoint import Checkpoint, State, best_epoch, fingerprint
from pipeline.learning.fit import Fit
from pipeline.measuring.figures import figures
from pipeline.measuring.predictions import predict
from pipeline.pictures.plots import save_ablation
from pipeline.records.journal import SOURCE, STUDY, Journal
from pipeline.records.reports import REPORTED
from pipeline.records.run_description import describe_ablation
from pipeline.records.teachers import load_teachers

FULL = "full recipe"
PROGRAM = {SOURCE: "pipeline/ablation.py"}
"""Tag: whose runs they are."""
SAVED = 600
"""Seconds between two states: none is gone on from."""
MEASURES = ("accuracy", "macro_f1", "calibration_error")
COLUMNS = (
    "recipe",
    "seed",
    "settings",
    "parameters",
    "best_epoch",
    *(f"{split}_{measure}" for split in SPLITS[1:] for measure in MEASURES),
)


@dataclass(frozen=True)
class Run:
    """One training of the study."""

    recipe: str
    settings: Training


def runs_of(study: Ablation, base: Training) -> Iterator[Run]:
    """The full recipe with every seed, then each variant with the first seed."""
    full = varied(base, study.changes, "ablation.changes")
    for seed in study.seeds:
        yield Run(FULL, varied(full, {"seed": seed}, "ablation.seeds"))
    for recipe, changes in study.variants.items():
        settings = varied(full, changes, f"ablation.variants.{recipe}")
        yield Run(recipe, varied(settings, {"seed": study.seeds[0]}, "ablation.seeds"))


def train_run(run: Run, base: str, splits: dict[str, Split], data: str) -> dict[str, Any]:
    """Train, calibrate and measure one run; a row of the table."""
    settings, name = run.settings, f"{run.recipe}, seed {run.settings.seed}"
    train = splits["train"]
    faces = data_hash([train, splits["val"]])
    teachers = load_teachers(base, settings, train.classes, faces)
    keras.utils.set_random_seed(settings.seed)
    network = networks.build(settings.network, (SIZE, SIZE, 1), len(train.classes))
    tags = {"recipe": run.recipe, "git_commit": git_commit(), "data_hash": data}
    journal = Journal(name, tags=tags | PROGRAM | {STUDY: name_of(base)})
    journal.log_params(asdict(settings))
    state = State(run_id=journal.run_id)
    with tempfile.TemporaryDirectory() as folder:
        Fit(
            network,
            settings,
            train,
            splits["val"],
            Checkpoint(Path(folder), SAVED),
            state,
            journal.log_metrics,
            list(teachers.values()),
        ).run()
    calibrate(network, splits["val"])
    measured = {
        split: figures(
            splits[split].labels, predict(network.predict_on_batch, splits[split].images)
        )
        for split in SPLITS[1:]
    }
    journal.log_figures(
        {REPORTED[split]: told for split, told in measured.items()},
        {"parameters": network.count_params()},
    )
    journal.finish()
    return {
        "recipe": run.recipe,
        "seed": settings.seed,
        "settings": fingerprint(settings, data),
        "parameters": network.count_params(),
        "best_epoch": best_epoch(state.history, settings.monitor),
    } | {
        f"{split}_{measure}": round(measured[split][measure], 4)
        for split in SPLITS[1:]
        for measure in MEASURES
    }


def name_of(base: str) -> str:
    """What the study is called in MLflow."""
    return f"ablation of {base}"


def read_table(path: Path) -> dict[str, dict[str, Any]]:
    """The rows of an earlier table by their settings; none where there is no table."""
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row["settings"]: row for row in csv.DictReader(file)}


def main() -> None:
    """Train what the table lacks; after each run the table and its picture are written."""
    params = load_params()
    runs = list(runs_of(params.ablation, params.train[params.ablation.base]))
    splits = {split: load_split(split) for split in SPLITS}
    data = data_hash(list(splits.values()))
    folder = REPOSITORY / "reports" / "ablation"
    known = read_table(folder / "ablation.csv")
    keys = [fingerprint(run.settings, data) for run in runs]
    name = name_of(params.ablation.base)
    study = Journal(name, tags=PROGRAM, origin=name)
    for number, (run, key) in enumerate(zip(runs, keys, strict=True), 1):
        if key not in known:
            print(f"{number} of {len(runs)}: {run.recipe}, seed {run.settings.seed}", flush=True)
            known[key] = train_run(run, params.ablation.base, splits, data)
        table = [
            known[key] | {"recipe": run.recipe}
            for run, key in zip(runs, keys, strict=True)
            if key in known
        ]
        write_csv(folder / "ablation.csv", COLUMNS, [row.values() for row in table])
        save_ablation(table, folder / "ablation.png")
        study.describe(describe_ablation(table))
    study.finish()
    for row in table:
        print(f"{row['recipe']}, seed {row['seed']}: test {float(row['test_accuracy']):.2%}")


if __name__ == "__main__":
    run_command(main)
