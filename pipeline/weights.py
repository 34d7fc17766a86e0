"""By hand: the trained models that Git holds, so that `dvc repro` trains nothing that was trained.

`python -m pipeline.weights` puts into models/ what is missing there, out of models/published/, a
remote of DVC's; what is in models/ stays as it is. Where those models learned from FER+'s votes,
and the dataset is the very file that they were trained on, it downloads the votes too (1.6 MB) if
they are missing. Whoever trained a new champion adds it to that folder by
`python -m pipeline.weights --publish`.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fer_system.download import Download
from pipeline.foundation.errors import PipelineError, run
from pipeline.foundation.params import REPOSITORY, Data, load_params
from pipeline.records.dvc_lock import read_lock
from pipeline.records.reports import folder_of, read_report

REMOTE = "published"
PUBLISHED = REPOSITORY / "models" / "published"
"""Where that remote lies, as .dvc/config has it."""
VOTES = Download(
    "FER+'s file of votes",
    "https://raw.githubusercontent.com/microsoft/FERPlus/master/fer2013new.csv",
    sha256="9206e20d62f56475939f516847d61753e4860caeac9718b560129541b776fc2c",
    length=1_602_762,
    seconds=60.0,
)


class WeightsError(PipelineError):
    """Weights cannot be taken out of the folder, or put into it."""


def trained_weights(stages: dict[str, Any]) -> dict[str, str]:
    """The MD5 of each model's weights when it was last trained, by their file."""
    return {
        out["path"]: out["md5"]
        for name, stage in stages.items()
        if name.startswith(("train@", "train-students@"))
        for out in stage["outs"]
        if out["path"].endswith(".keras")
    }


def published(md5: str) -> Path:
    """Where the remote keeps what has this MD5."""
    return PUBLISHED / "files" / "md5" / md5[:2] / md5[2:]


def dvc(command: str, files: Iterable[str]) -> None:
    """Let DVC pull or push `files`; WeightsError where it cannot."""
    arguments = ["-m", "dvc", command, "--quiet", "--remote", REMOTE, *files]
    if subprocess.run([sys.executable, *arguments], cwd=REPOSITORY, check=False).returncode:
        raise WeightsError(f"DVC did not {command} {', '.join(files)}; above it says why")


def take(models: Iterable[str], weights: dict[str, str]) -> None:
    """Put the weights of `models` that are missing into models/, and tell of each what is so."""
    files = {model: f"models/{model}.keras" for model in models}
    here = {model for model, file in files.items() if (REPOSITORY / file).exists()}
    found = [
        file
        for model, file in files.items()
        if model not in here and file in weights and published(weights[file]).exists()
    ]
    if found:
        dvc("pull", found)
    for model, file in files.items():
        if model in here:
            print(f"{model}: {file} is here")
        elif file in found:
            print(f"{model}: {file} is put here, as it was trained")
        else:
            print(f"{model}: no weights are published; `dvc repro` trains it")


def learned_with_votes(models: Iterable[str]) -> bool:
    """Whether one of `models` learned from FER+'s votes, by its report."""
    trained = [model for model in models if (folder_of(model) / "training.json").exists()]
    return any(read_report(model, "training").get("votes", 0) for model in trained)


def converted(data: Data, stages: dict[str, Any]) -> dict[str, Any]:
    """What DVC knows of `data.source` when it was converted last; empty where it was not."""
    deps: list[dict[str, Any]] = stages.get("convert", {}).get("deps", [])
    return next((dep for dep in deps if dep["path"] == data.source), {})


def has_the_faces(data: Data, stages: dict[str, Any]) -> bool:
    """Whether `data.source` is the very file that was converted last."""
    source, known = REPOSITORY / data.source, converted(data, stages)
    if not (known and source.is_file() and source.stat().st_size == known["size"]):
        return False
    digest = hashlib.md5(usedforsecurity=False)
    with source.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return bool(digest.hexdigest() == known["md5"])


def take_votes(data: Data) -> None:
    """Download FER+'s votes; WeightsError says what their absence costs."""
    try:
        VOTES.content(REPOSITORY / data.votes)
    except OSError as error:
        raise WeightsError(
            f"{data.votes} is missing, and {error}. The published models learned from its votes: "
            f"put {VOTES.url} there by hand and try again. Without it `dvc repro` makes other "
            "arrays, so it trains every model again, for hours"
        ) from error
    print(f"votes: {data.votes} is downloaded from {VOTES.url}")


def publish(weights: dict[str, str]) -> None:
    """Add the weights to the remote, drop those of earlier trainings, and stage that in Git."""
    if not weights:
        raise WeightsError("dvc.lock names no trained model; train with `dvc repro`")
    dvc("push", weights)
    if lacking := [file for file, md5 in weights.items() if not published(md5).exists()]:
        raise WeightsError(
            f"DVC's cache lacks {', '.join(lacking)}; train with `dvc repro`, or accept what is in "
            "models/ with `dvc commit`, and publish again"
        )
    current = {published(md5) for md5 in weights.values()}
    for path in (PUBLISHED / "files").rglob("*"):
        if path.is_file() and path not in current:
            path.unlink()
    subprocess.run(
        ["git", "add", "--force", "--all", str(PUBLISHED / "files")], cwd=REPOSITORY, check=True
    )
    print(
        f"{PUBLISHED.relative_to(REPOSITORY)} holds {', '.join(weights)}; commit it with dvc.lock, "
        "models/ and reports/"
    )


def main() -> None:
    """Take what is published, with the votes that it learned from, or publish what was trained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publish", action="store_true", help="add the models trained here")
    if parser.parse_args().publish:
        publish(trained_weights(read_lock()))
        return
    params, stages = load_params(), read_lock()
    if not converted(params.data, stages):
        print(f"no weights are published of models that learned from {params.data.source}")
        return
    take(params.trained, trained_weights(stages))
    if (REPOSITORY / params.data.votes).exists() or not learned_with_votes(params.trained):
        return
    if has_the_faces(params.data, stages):
        take_votes(params.data)


if __name__ == "__main__":
    run(main)
