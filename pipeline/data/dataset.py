"""The arrays that `convert` writes and every later stage reads, one file for each split."""

from __future__ import annotations

import hashlib
import mmap
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from pipeline.foundation.errors import DamagedFileError, MissingFileError
from pipeline.foundation.files import write_text, write_whole
from pipeline.foundation.params import REPOSITORY

ARRAYS = REPOSITORY / "data" / "arrays"
HASH_FILE = "hash.txt"
SPLITS = ("train", "val", "test")
SIZE = 48
"""Side of a face in pixels."""
CHUNK = 4096
"""Faces that are in memory at once where all are gone through in turn: 9 MB."""
FER2013_HASH = "0869c20f32db112efac680473813b36322e599c1b02844f176e9206b88bcf1c3"
"""The `data_hash` of FER2013 itself. Where it differs, nothing is said about FER2013's faces."""


@dataclass(frozen=True)
class Split:
    """Faces of one split: `images` uint8 (N, 48, 48) grey levels, `labels` uint8 (N,).

    Images that lie in a file, as those of `load_split`, cannot be written to. A label is a position
    in `classes`. `votes` float32 (N, classes), of training faces alone and where there are any,
    holds the shares of people who named each class, or zeros.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    votes: np.ndarray | None = None


def load_split(name: str, folder: Path = ARRAYS) -> Split:
    """Read one of `SPLITS`; MissingFileError and DamagedFileError say how to make it.

    The file is read once, to compare its check sums, but its images stay there.
    """
    path = folder / f"{name}.npz"
    if not path.exists():
        raise MissingFileError(f"{path} is missing; make it with `dvc repro convert`")
    try:
        with zipfile.ZipFile(path) as archive:
            if damaged := archive.testzip():
                raise zipfile.BadZipFile(damaged)
            images = _stored_images(path, archive)
        with np.load(path) as arrays:
            classes = tuple(arrays["classes"].tolist())
            return Split(images, arrays["labels"], classes, arrays.get("votes"))
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DamagedFileError(
            f"{path} is damaged or holds something else; make it again with `dvc repro -f convert`"
        ) from error


def _stored_images(path: Path, archive: zipfile.ZipFile) -> np.ndarray:
    """The images in an archive of arrays; ValueError where they are no faces."""
    info = archive.getinfo("images.npy")
    with archive.open(info) as member:
        np.lib.format.read_magic(member)
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
        header = member.tell()
    if shape[1:] != (SIZE, SIZE) or dtype != np.uint8 or info.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"images are {dtype} {shape}")
    with path.open("rb") as file:
        file.seek(info.header_offset + 26)  # before an entry stand 30 bytes, its name and an extra
        start = info.header_offset + 30 + sum(struct.unpack("<HH", file.read(4)))
        return mapped(file, start + header, shape[0])


def mapped(file: BinaryIO, start: int, count: int) -> np.ndarray:
    """Faces, uint8 (count, 48, 48), that lie in `file` from byte `start` on.

    They are read where they are used, and the file may be closed.
    """
    if not count:
        return np.empty((0, SIZE, SIZE), np.uint8)
    content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.ndarray((count, SIZE, SIZE), np.uint8, content, start)


def chunks(images: np.ndarray) -> Iterator[np.ndarray]:
    """All of `images` in turn, `CHUNK` at a time; those in a file leave memory again."""
    for start in range(0, len(images), CHUNK):
        yield images[start : start + CHUNK]
        release(images)


def release(images: np.ndarray) -> None:
    """Free the memory of `images` where they lie in a file; they can be used as before."""
    owner: object = images
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if isinstance(owner, mmap.mmap) and hasattr(owner, "madvise"):  # Windows has none
        owner.madvise(mmap.MADV_DONTNEED)


def as_input(images: np.ndarray) -> np.ndarray:
    """Faces (N, 48, 48) of any number type as networks take them: float32 (N, 48, 48, 1)."""
    return images[..., np.newaxis].astype(np.float32)


def save_splits(splits: dict[str, Split], folder: Path = ARRAYS) -> None:
    """Write every split to its own file, each of them whole or not at all, and their hash."""
    for name, split in splits.items():
        write_whole(folder / f"{name}.npz", partial(_save_split, split))
    write_text(folder / HASH_FILE, data_hash(splits.values()) + "\n")


def _save_split(split: Split, path: Path) -> None:
    """Write what `np.savez` would, byte for byte, without all images in memory."""
    rest = {"labels": split.labels, "classes": np.array(split.classes), "votes": split.votes}
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("images.npy", "w", force_zip64=True) as file:
            header = np.lib.format.header_data_from_array_1_0(split.images)
            np.lib.format.write_array_header_1_0(file, header)
            for part in chunks(split.images):
                file.write(part.tobytes())
        for name, array in rest.items():
            if array is not None:
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, array)


def read_hash(folder: Path = ARRAYS) -> str:
    """The `data_hash` of all splits, as `convert` wrote it; empty for arrays of another origin."""
    path = folder / HASH_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def data_hash(splits: Iterable[Split]) -> str:
    """SHA-256 over the images, labels and class names of `splits`, in that order."""
    digest = hashlib.sha256()
    for split in splits:
        for part in chunks(split.images):
            digest.update(part.tobytes())
        digest.update(split.labels.tobytes())
        digest.update("\0".join(split.classes).encode())
    return digest.hexdigest()
