"""Which faces a run in MLflow learned from and was measured on: name, digest, split and origin.

No pixel and no path of this machine is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.data.dataset import FER2013_HASH
from pipeline.foundation.errors import MissingFileError
from pipeline.foundation.params import REPOSITORY, Data, load_params
from pipeline.records.reports import REPORTED, read_distribution

FER2013_ADDRESS = "https://www.kaggle.com/datasets/deadskull7/fer2013"
CONTEXTS = {"train": "training", "validation": "validation", "test": "test"}
"""What MLflow calls the use of each split."""
DIGITS = 8


@dataclass(frozen=True)
class RunData:
    """One split. `faces` are those of each class; empty where they are not known."""

    name: str
    digest: str
    context: str
    source: str
    faces: dict[str, int]


def current_data(data_hash: str) -> dict[str, RunData]:
    """The splits of the faces under data/arrays, which have this hash; none where it is ""."""
    if not data_hash:
        return {}
    try:
        distribution = read_distribution()
    except MissingFileError:  # arrays from elsewhere
        distribution = []
    return run_data(load_params().data, data_hash, distribution)


def run_data(
    data: Data, data_hash: str, distribution: Iterable[tuple[str, str, int]]
) -> dict[str, RunData]:
    """The splits of the faces with this hash, by the name that reports give each.

    A digest is the beginning of the hash, and the split, since MLflow takes each digest once a run.
    `distribution` holds (split, class, faces).
    """
    is_fer2013 = data_hash == FER2013_HASH
    faces: dict[str, dict[str, int]] = {split: {} for split in CONTEXTS}
    for split, name, count in distribution:
        faces[REPORTED[split]][name] = count
    return {
        split: RunData(
            "fer2013" if is_fer2013 else name_of(data),
            f"{data_hash[:DIGITS]}-{split}",
            context,
            FER2013_ADDRESS if is_fer2013 else source_of(data),
            faces[split],
        )
        for split, context in CONTEXTS.items()
    }


def name_of(data: Data) -> str:
    """The file's or folder's name, and whose labels they are if not its own."""
    own = Path(data.source).stem
    return own if data.labels == "fer2013" else f"{own}-{data.labels}"


def source_of(data: Data) -> str:
    """A path from the repository's root; of a place elsewhere its last part alone."""
    root, place = REPOSITORY.resolve(), (REPOSITORY / data.source).resolve()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name
