"""Draws faces with FER2013's seven expressions: a stand-in for the real data, in its forms.

`python -m drawings.sample OUT.csv --rows 1400 --seed 7` writes a CSV like `fer2013.csv`;
`python -m drawings.sample OUT` writes a folder of colour pictures for each class of each split.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from drawings.pen.png import write_png
from drawings.portrait.random_face import draw_face
from fer_system.emotions import FER2013
from pipeline.data.class_folders import SPLIT_FOLDERS
from pipeline.data.dataset import SPLITS
from pipeline.data.fer2013 import COLUMNS, USAGES
from pipeline.foundation.files import write_csv

SIDES = (48, 97)
"""Sides in pixels of the pictures in class folders: from the first to below the second."""


def plan(rows: int) -> list[tuple[str, str]]:
    """(split, emotion) of every row: classes alike often, eight, one and one in ten to a split.

    ValueError below 21 rows, where some class would be missing from a split.
    """
    if rows < len(FER2013) * len(SPLITS):
        raise ValueError(f"{rows} faces are too few: 21 give every split one of every class.")
    train, val, test = SPLITS
    split_of = (train, val, test, *[train] * 7)
    planned = [(split_of[row // 7 % 10], FER2013[row % 7]) for row in range(rows)]
    return sorted(planned, key=lambda row: SPLITS.index(row[0]))  # FER2013 has this order too


def generator(seed: int, row: int) -> np.random.Generator:
    """What a face is drawn by: it depends on its place and the seed alone."""
    return np.random.default_rng([seed, row])


def sample_rows(rows: int, seed: int) -> Iterator[tuple[int, np.ndarray, str]]:
    """(emotion's number, grey face, Usage) of every row."""
    usage_of = {split: usage for usage, split in USAGES.items()}
    for row, (split, emotion) in enumerate(plan(rows)):
        yield FER2013.index(emotion), draw_face(emotion, generator(seed, row)), usage_of[split]


def write_sample(path: Path, rows: int, seed: int) -> None:
    """Write faces in the format of `fer2013.csv`; `path` appears only when all are there."""
    drawn = sample_rows(rows, seed)
    lines = (
        (emotion, " ".join(map(str, face.ravel().tolist())), usage)
        for emotion, face, usage in drawn
    )
    write_csv(path, COLUMNS, lines)


def write_class_folders(folder: Path, faces: int, seed: int) -> None:
    """Write colour pictures of many sizes as `<split>/<class>/<number>.png`.

    `folder` appears only when all are there; FileExistsError where it did before.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} is there already; delete it or name another folder.")
    planned = plan(faces)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="partial-") as name:
        made = Path(name) / folder.name
        for row, (split, emotion) in enumerate(planned):
            rng = generator(seed, row)
            face = draw_face(emotion, rng, int(rng.integers(*SIDES)), colour=True)
            write_png(made / SPLIT_FOLDERS[split][0] / emotion / f"{row:05}.png", face)
        made.replace(folder)


def arguments(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """What was typed."""
    parser.add_argument(
        "out", type=Path, help="the CSV to write, or a folder where it ends otherwise"
    )
    parser.add_argument("--rows", type=int, default=1400, help="faces to draw (1400)")
    parser.add_argument("--seed", type=int, default=7, help="another seed, other faces (7)")
    return parser.parse_args()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Draws faces that can stand in for FER2013.")
    typed = arguments(parser)
    write = write_sample if typed.out.suffix.lower() == ".csv" else write_class_folders
    try:
        write(typed.out, typed.rows, typed.seed)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print(f"{typed.rows:,} drawn faces: {typed.out}")


if __name__ == "__main__":
    main()
