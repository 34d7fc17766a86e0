"""The arrays that `convert` writes and every later stage reads, one file for each split."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.foundation.errors import DamagedFileError, MissingFileError
from pipeline.foundation.files import write_text, write_whole
from pipeline.foundation.params import REPOSITORY

ARRAYS = REPOSITORY / "data" / "arrays"
HASH_FILE = "hash.txt"
SPLITS = ("train", "val", "test")
SIZE = 48
"""Side of a face in pixels."""
FER2013_HASH = "0869c20f32db112efac680473813b36322e599c1b02844f176e9206b88bcf1c3"
"""The `data_hash` of FER2013 itself. Where it differs, nothing is said about FER2013's faces."""


@dataclass(frozen=True)
class Split:
    """Faces of one split: `images` uint8 (N, 48, 48) grey levels, `labels` uint8 (N,).

    A label is a position in `classes`. `votes` float32 (N, classes), of training faces alone and
    where there are any, holds the shares of people who named each class, or zeros.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    votes: np.ndarray | None = None


def load_split(name: str, folder: Path = ARRAYS) -> Split:
    """Read one of `SPLITS`; MissingFileError and DamagedFileError say how to make it."""
    path = folder / f"{name}.npz"
    if not path.exists():
        raise MissingFileError(f"{path} is missing; make it with `dvc repro convert`")
    try:
        with np.load(path) as arrays:
            classes = tuple(arrays["classes"].tolist())
            return Split(arrays["images"], arrays["labels"], classes, arrays.get("votes"))
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DamagedFileError(
            f"{path} is damaged or holds something else; make it again with `dvc repro -f convert`"
        ) from error


def as_input(images: np.ndarray) -> np.ndarray:
    """Faces (N, 48, 48) of any number type as networks take them: float32 (N, 48, 48, 1)."""
    return images[..., np.newaxis].astype(np.float32)


def save_splits(splits: dict[str, Split], folder: Path = ARRAYS) -> None:
    """Write every split to its own file, each of them whole or not at all, and their hash."""
    for name, split in splits.items():
        write_whole(folder / f"{name}.npz", partial(_save_split, split))
    write_text(folder / HASH_FILE, data_hash(splits.values()) + "\n")


def _save_split(split: Split, path: Path) -> None:
    arrays: dict[str, Any] = {
        "images": split.images,
        "labels": split.labels,
        "classes": np.array(split.classes),
    }
    if split.votes is not None:
        arrays["votes"] = split.votes
    np.savez(path, **arrays)


def read_hash(folder: Path = ARRAYS) -> str:
    """The `data_hash` of all splits, as `convert` wrote it; empty for arrays of another origin."""
    path = folder / HASH_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def data_hash(splits: Iterable[Split]) -> str:
    """SHA-256 over the images, labels and class names of `splits`, in that order."""
    digest = hashlib.sha256()
    for split in splits:
        digest.update(split.images.tobytes())
        digest.update(split.labels.tobytes())
        digest.update("\0".join(split.classes).encode())
    return digest.hexdigest()
