"""Stage: fer2013.csv or class folders -> data/arrays/{train,val,test}.npz, every face checked.

Also writes reports/data/distribution.csv: how many faces each class has in each split.
"""

from __future__ import annotations

import numpy as np

from pipeline.data import ferplus
from pipeline.data.class_folders import read_class_folders
from pipeline.data.dataset import ARRAYS, Split, save_splits
from pipeline.data.fer2013 import read_csv
from pipeline.foundation.errors import run
from pipeline.foundation.files import write_csv
from pipeline.foundation.params import REPOSITORY, Data, ParamsError, load_params


def read(data: Data) -> tuple[dict[str, Split], list[str]]:
    """Faces and labels of every split, and sentences on what was done and noticed.

    DataError, VotesError and ParamsError tell what is wrong.
    """
    source = REPOSITORY / data.source
    if source.is_dir():
        if data.labels == "ferplus":
            raise ParamsError(
                f"data.labels is ferplus, whose votes belong to FER2013's CSV, but data.source is "
                f"the folder {data.source}; set data.labels: fer2013"
            )
        return read_class_folders(source, ARRAYS)
    splits, votes = read_csv(source), REPOSITORY / data.votes
    if data.labels == "ferplus":
        return ferplus.relabelled(splits, ferplus.voted_labels(splits, votes)), []
    if not votes.exists():
        return splits, [f"train: no votes, for want of {data.votes}"]
    splits["train"] = ferplus.with_votes(splits["train"], votes)
    return splits, [f"train: with the votes of {data.votes}"]


def distribution(splits: dict[str, Split]) -> list[tuple[str, str, int]]:
    """(split, class, number of faces) for every class of every split."""
    return [
        (name, label, int(count))
        for name, split in splits.items()
        for label, count in zip(
            split.classes,
            np.bincount(split.labels, minlength=len(split.classes)),
            strict=True,
        )
    ]


def main() -> None:
    """Convert what params.yaml names, print the counts, write arrays and class distribution."""
    splits, notes = read(load_params().data)
    counts = distribution(splits)
    for name, split in splits.items():
        classes = ", ".join(f"{label} {count:,}" for part, label, count in counts if part == name)
        print(f"{name}: {len(split.labels):,} faces ({classes})")
    for note in notes:
        print(note)
    save_splits(splits)
    reports = REPOSITORY / "reports" / "data"
    write_csv(reports / "distribution.csv", ("split", "class", "faces"), counts)


if __name__ == "__main__":
    run(main)
