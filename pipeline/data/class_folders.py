"""Folders of pictures, one folder for each class -> faces and labels, every picture checked.

The pictures of a class lie in `train/<class>/`, `validation/<class>/` and `test/<class>/`, at any
depth, or in `<class>/` where there are no splits. A split that is missing is cut out of train.
"""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from fer_system.emotions import FER2013, FERPLUS, class_named
from fer_system.picture import PictureError, is_junk, load_picture
from pipeline.data.dataset import CHUNK, SIZE, SPLITS, Split, mapped, release
from pipeline.data.duplicates import duplicates, photographs
from pipeline.data.faults import DataError, refuse

SPLIT_FOLDERS = {"train": ("train",), "val": ("validation", "val"), "test": ("test",)}
"""What the folder of each split may be called, in any case."""
HELD_OUT = 0.1
"""Share of each class of train that a missing split gets."""
SEED = 1
"""Seeds the drawing of the faces of a missing split."""
MOST_CLASSES = 256
"""Labels are stored as bytes, which number no more classes."""


@dataclass(frozen=True)
class ClassFolder:
    """A folder of one class: the paths of its pictures from there, as short as millions ask."""

    path: Path
    label: str
    files: list[str]


def read_class_folders(source: Path, scratch: Path) -> tuple[dict[str, Split], list[str]]:
    """Faces and labels of every split, and sentences on what was done and noticed.

    Pictures of any size, grey or in colour, become 48x48 grey levels; one that is not square is
    squeezed. A class is called like its folder, or by FERPLUS' name where `class_named` knows the
    folder's. Classes are in alphabetical order, or in FER2013's or FERPLUS' where they are those.

    A missing split gets a tenth of each class of train, whole photographs drawn by SEED. Nothing
    is moved between splits that are there, but faces that stand in two of them are counted.
    DataError names the first pictures and classes that cannot be used and counts the rest.

    The faces lie in files without a name in the folder `scratch`, so that memory need not hold
    them; the files are gone with the arrays, or with the process whatever ends it.
    """
    folders = _split_folders(source)
    faults: list[str] = []
    listed = {split: _class_folders(folder, source, faults) for split, folder in folders.items()}
    classes = in_order({each.label for found in listed.values() for each in found if each.files})
    if not 2 <= len(classes) <= MOST_CLASSES:
        faults.append(
            f"the number of classes with pictures is {len(classes)}; it must be from 2 to "
            f"{MOST_CLASSES}"
        )
        refuse(source, faults, "faults")
    given = {
        split: _read(found, classes, source, scratch, faults) for split, found in listed.items()
    }
    refuse(source, faults + _missing_classes(given), "faults")
    splits = with_every_split(given, scratch)
    refuse(
        source, _missing_classes(splits), "too few different pictures to cut splits out of train"
    )
    return splits, _notes(given, splits)


def _split_folders(source: Path) -> dict[str, Path]:
    """The folder of each split that is there; the source itself where there are none."""
    children = [child for child in _children(source) if child.is_dir()]
    named = {child.name.casefold(): child for child in children}
    folders = {
        split: named[name]
        for split, names in SPLIT_FOLDERS.items()
        for name in names
        if name in named
    }
    if not folders:
        return {"train": source}
    if "train" not in folders:
        found = " and ".join(folder.name for folder in folders.values())
        raise DataError(f"{source} holds {found}, but no folder train; add it")
    if others := sorted(set(children) - set(folders.values())):
        found = " and ".join(folder.name for folder in others)
        raise DataError(
            f"{source} holds {found} beside train; only one folder each of train, validation and "
            "test may lie there"
        )
    return folders


def _class_folders(folder: Path, source: Path, faults: list[str]) -> list[ClassFolder]:
    """The class folders of one split; what lies elsewhere is added to `faults`."""
    found = []
    for child in _children(folder):
        place = child.relative_to(source)
        if not child.is_dir():
            faults.append(f"{place}: it lies in no class folder; move it into one, or away")
            continue
        files = list(_files_below(child))
        if not files:
            faults.append(f"{place}: the folder is empty; put pictures there, or delete it")
        found.append(ClassFolder(child, class_of(child.name), files))
    return found


def _files_below(folder: Path, place: str = "") -> Iterator[str]:
    """Paths from `folder` of the files below `place`, a path from there too, in order."""
    with os.scandir(folder / place) as entries:
        children = sorted((each.name, each.is_dir()) for each in entries if not is_junk(each.name))
    for name, is_folder in children:
        path = os.path.join(place, name)  # noqa: PTH118
        if is_folder:
            yield from _files_below(folder, path)
        else:
            yield path


def _children(folder: Path) -> list[Path]:
    """What lies in a folder, in order, without hidden files and what operating systems leave."""
    return sorted(child for child in folder.iterdir() if not is_junk(child.name))


def class_of(folder: str) -> str:
    """The class that a folder of this name holds: an emotion that is known, or the name itself."""
    name = unicodedata.normalize("NFC", folder)  # some file systems take letters apart
    return class_named(name, FERPLUS) or name


def in_order(classes: set[str]) -> tuple[str, ...]:
    """FER2013's or FERPLUS' order where `classes` are those, else alphabetical order."""
    for known in (FER2013, FERPLUS):
        if classes == set(known):
            return known
    return tuple(sorted(classes))


def _read(
    folders: Sequence[ClassFolder],
    classes: Sequence[str],
    source: Path,
    scratch: Path,
    faults: list[str],
) -> Split:
    """The faces of one split; what cannot be read is added to `faults`.

    A bar on a terminal tells the time left.
    """
    labels = bytearray()

    def faces() -> Iterator[np.ndarray]:
        total = sum(len(folder.files) for folder in folders)
        with tqdm(None, "convert", total, unit=" pictures", disable=None, leave=False) as bar:
            for folder in folders:
                for file in folder.files:
                    path = folder.path / file
                    try:
                        face = grey_face(load_picture(path))
                    except PictureError as error:
                        faults.append(f"{path.relative_to(source)}: {error}")
                    else:
                        labels.append(classes.index(folder.label))
                        yield face
                    bar.update()

    images = _kept(faces(), scratch)
    return Split(images, np.array(labels, np.uint8), tuple(classes))


def _kept(faces: Iterable[np.ndarray], scratch: Path) -> np.ndarray:
    """Faces, some or one at a time, as one array that lies in a nameless file in `scratch`."""
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=scratch) as file:
        for part in faces:
            file.write(part.tobytes())
        file.flush()
        return mapped(file, 0, file.tell() // SIZE**2)


def grey_face(picture: np.ndarray) -> np.ndarray:
    """A picture, uint8 RGB, as a network sees it: uint8 (48, 48) grey levels."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    method = cv2.INTER_AREA if min(grey.shape) > SIZE else cv2.INTER_LINEAR
    return cv2.resize(grey, (SIZE, SIZE), interpolation=method)


def _missing_classes(splits: dict[str, Split]) -> list[str]:
    return [
        f"{split}: no picture shows {name}"
        for split, faces in splits.items()
        for label, name in enumerate(faces.classes)
        if label not in faces.labels
    ]


def with_every_split(given: dict[str, Split], scratch: Path) -> dict[str, Split]:
    """`given`, in the order of SPLITS; the splits that are missing are cut out of train."""
    train, missing = given["train"], [split for split in SPLITS if split not in given]
    if not missing:
        return {split: given[split] for split in SPLITS}
    photograph, rng = photographs(train.images), np.random.default_rng(SEED)
    rest, rows = np.arange(len(train.labels)), {}
    for split in missing:
        held = held_out(train.labels[rest], photograph[rest], rng)
        rows[split], rest = rest[held], rest[~held]
    cut = {split: _part(train, own, scratch) for split, own in (rows | {"train": rest}).items()}
    return {split: (given | cut)[split] for split in SPLITS}


def _part(split: Split, rows: np.ndarray, scratch: Path) -> Split:
    def faces() -> Iterator[np.ndarray]:
        for start in range(0, len(rows), CHUNK):
            yield split.images[rows[start : start + CHUNK]]
            release(split.images)

    return Split(_kept(faces(), scratch), split.labels[rows], split.classes)


def held_out(labels: np.ndarray, photograph: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which faces leave train for a missing split: HELD_OUT of each class at most, bool (N,).

    `photograph` numbers the photograph of each face. Photographs are taken whole, those of the
    fewest faces first, at least one of each class and never all; the class is that of its first
    face.
    """
    numbers, first, faces = np.unique(photograph, return_index=True, return_counts=True)
    taken = []
    for label in np.unique(labels[first]):
        own = rng.permutation(np.flatnonzero(labels[first] == label))
        own = own[np.argsort(faces[own], kind="stable")]
        total = np.cumsum(faces[own])
        fits = total <= max(HELD_OUT * total[-1], total[0])
        taken.append(own[:-1][fits[:-1]])
    return np.isin(photograph, numbers[np.concatenate(taken)])


def _notes(given: dict[str, Split], splits: dict[str, Split]) -> list[str]:
    notes = [
        f"{split} is missing: {len(faces.labels):,} faces of train became it"
        for split, faces in splits.items()
        if split not in given
    ]
    for place, found in duplicates(splits).items():
        if found["faces"]:
            notes.append(
                f"{place}: {found['faces']:,} faces are copies, "
                f"{found['labelled differently']:,} of them labelled differently; "
                "they make the figures look better than they are"
            )
    return notes
