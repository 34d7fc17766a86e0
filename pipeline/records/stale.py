"""Which models `make repro` would train, by what DVC says. Needs Python's own library alone."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GONE = ("deleted", "not in cache")
"""What DVC's status says of a file that is not in its place."""
ARRAYS = frozenset({"data/arrays/train.npz", "data/arrays/val.npz"})
PUBLISHED = Path("models", "published", "files", "md5")
"""Where Git holds trained weights, as DVC's remotes are laid out."""


@dataclass(frozen=True)
class Locked:
    """A training in dvc.lock: the models that it learned from, and MD5 by file of its weights."""

    teachers: frozenset[str]
    weights: dict[str, str]


def status(root: Path, dvc: Path) -> dict[str, Any] | None:
    """What `dvc status` says of every stage that is out of date; None where it cannot tell."""
    done = subprocess.run(
        [str(dvc), "status", "--json"], cwd=root, capture_output=True, text=True, check=False
    )
    return dict(json.loads(done.stdout)) if done.returncode == 0 else None


def locked(lock: str) -> dict[str, Locked]:
    """The trainings that the text of a dvc.lock tells of, by stage."""
    found = {}
    for part in re.split(r"^  (?=\S)", lock, flags=re.M):
        name, _, content = part.partition(":\n")
        deps, _, outs = content.partition("\n    outs:")
        if name.startswith("train"):
            teachers = re.findall(r"path: models/(\S+)\.keras\n", deps)
            weights = re.findall(r"path: (models/\S+\.keras)\n\s+hash: md5\n\s+md5: (\w+)", outs)
            found[name] = Locked(frozenset(teachers), dict(weights))
    return found


def published(root: Path, trainings: Iterable[Locked]) -> set[str]:
    """The files of weights of those trainings that Git holds."""
    return {
        file
        for training in trainings
        for file, md5 in training.weights.items()
        if (root / PUBLISHED / md5[:2] / md5[2:]).is_file()
    }


def to_train(stages: dict[str, Any], trainings: dict[str, Locked], weights: set[str]) -> list[str]:
    """The models that are trained where DVC runs those `stages` of its status.

    That is not so where nothing is missing but `weights`, which are to be had without training, and
    the arrays, which `convert` makes again of the same dataset. Of anything else it makes other
    arrays, as far as one can tell before, and all are trained. Whoever learns from a model that is
    trained anew is trained anew.
    """
    others = any(what not in GONE for _, what in _changes(stages.get("convert", [])))
    kept = weights if others else weights | ARRAYS
    models: list[str] = []
    for name in sorted(stages, key=lambda name: name.startswith("train-students@")):
        kind, _, model = name.partition("@")
        changed = {
            path for path, what in _changes(stages[name]) if not (path in kept and what in GONE)
        }
        if kind in ("train", "train-students") and changed:
            models.append(model)
    return models + [
        name.partition("@")[2]
        for name, training in trainings.items()
        if (others or training.teachers & {*models}) and name.partition("@")[2] not in models
    ]


def _changes(stage: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """(path, what happened to it) of all that DVC found changed in a stage."""
    for change in stage:
        if isinstance(change, str):  # "changed command", for example
            yield "", change
        else:
            for paths in change.values():
                yield from ((path, str(what)) for path, what in paths.items())
