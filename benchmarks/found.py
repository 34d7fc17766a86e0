"""How many counted faces are found: small ones in large pictures, and tilted ones.

`python -m benchmarks.found FOLDER` takes photographs and FOLDER/counts.csv, which tells of each how
many faces people count in it (`file,faces`). Of those in which as many are found where they are
looked at most thoroughly, the places are known; what is done to a photograph moves them along. A
picture is read as a still, and as a frame of a film: one look, each face as it is.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from benchmarks.photos import matched, middle, photos_in, scaled
from fer_system import Face, Recognizer
from fer_system.search import turning

ANGLES = 0, 15, 30, 45, 60, 75, 90, 135, 180
SIDES = 24, 32, 48, 64, 96
WIDTH, HEIGHT = 4096, 3072
"""Of the group pictures that photographs are laid out on, in pixels."""
TURNED_FROM = 800
"""Longest side of the photographs that are turned, in pixels."""
Read = Callable[[np.ndarray], list[Face]]


@dataclass(frozen=True)
class Known:
    """A picture, and of each face in it the middle, the side in pixels and the label."""

    picture: np.ndarray
    middles: list[np.ndarray]
    sides: list[float]
    labels: list[str]


def known(picture: np.ndarray, faces: Sequence[Face]) -> Known:
    """A photograph whose faces were counted."""
    sides = [face.square[2] for face in faces if face.square]
    return Known(picture, [middle(face) for face in faces], sides, [face.label for face in faces])


def smaller(photo: Known, factor: float) -> Known:
    """`photo` so many times as large."""
    middles = [factor * at for at in photo.middles]
    sides = [factor * side for side in photo.sides]
    return Known(scaled(photo.picture, factor), middles, sides, photo.labels)


def turned(photo: Known, degrees: float) -> Known:
    """`photo` turned clockwise; nothing of it is lost."""
    turn, size = turning(photo.picture, degrees)
    picture = cv2.warpAffine(photo.picture, turn, size, borderMode=cv2.BORDER_REPLICATE)
    middles = [turn @ (*at, 1) for at in photo.middles]
    return Known(picture, middles, photo.sides, photo.labels)


def group(photos: Sequence[Known], side: float) -> Known:
    """Photographs side by side until a large picture is full, their faces `side` pixels wide."""
    picture = np.full((HEIGHT, WIDTH, 3), 127, np.uint8)
    middles: list[np.ndarray] = []
    sides: list[float] = []
    labels: list[str] = []
    left = top = below = place = 0
    while True:
        photo = photos[place % len(photos)]
        tile = smaller(photo, side / float(np.median(photo.sides)))
        height, width = tile.picture.shape[:2]
        if left + width > WIDTH:
            left, top = 0, below
        if top + height > HEIGHT:
            return Known(picture, middles, sides, labels)
        picture[top : top + height, left : left + width] = tile.picture
        middles += [at + np.array([left, top]) for at in tile.middles]
        sides += tile.sides
        labels += tile.labels
        left, below, place = left + width, max(below, top + height), place + 1


def told(read: Read, pictures: Sequence[Known]) -> str:
    """How many faces were found, how many had the same label, and what was found besides."""
    found = same = false = 0
    for picture in pictures:
        faces = read(picture.picture)
        pairs = matched(faces, picture.middles, picture.sides)
        hits = [face for face in pairs if face is not None]
        found += len(hits)
        same += sum(
            face is not None and face.label == label
            for face, label in zip(pairs, picture.labels, strict=True)
        )
        false += len(faces) - len(hits)
    faces_in_all = sum(len(picture.labels) for picture in pictures)
    return f"{found} of {faces_in_all} found, {same} with the same label, {false} besides"


def counted_photos(folder: Path, recognizer: Recognizer) -> list[Known]:
    """The photographs in which as many faces are found as people count."""
    with (folder / "counts.csv").open(encoding="utf-8") as file:
        counts = {row["file"]: int(row["faces"]) for row in csv.DictReader(file)}
    photos = photos_in(folder)
    read = {name: recognizer(photos[name], "high") for name in counts}
    for name, faces in read.items():
        if len(faces) != counts[name]:
            print(f"{name}: {counts[name]} counted, {len(faces)} found; left out")
    return [known(photos[name], read[name]) for name in counts if len(read[name]) == counts[name]]


def main() -> None:
    """Print what is found of the small and of the turned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    recognizer = Recognizer()
    photos = counted_photos(parser.parse_args().folder, recognizer)
    photos = [smaller(each, min(1, TURNED_FROM / max(each.picture.shape))) for each in photos]
    stills: dict[str, Read] = {
        detail: partial(recognizer, detail=detail) for detail in ("fast", "normal", "high")
    }
    for side in SIDES:
        sharp = [photo for photo in photos if min(photo.sides) >= side]
        if not sharp:
            print(f"{side} pixels: no photograph has faces so large; left out")
            continue
        picture = group(sharp, side)
        for name, read in {"frame": recognizer.frame, **stills}.items():
            print(f"{side} pixels, {name}: {told(read, [picture])}", flush=True)
    for degrees in ANGLES:
        pictures = [turned(photo, degrees) for photo in photos]
        for name, read in {"frame": recognizer.frame, "still": stills["normal"]}.items():
            print(f"turned by {degrees} degrees, {name}: {told(read, pictures)}", flush=True)


if __name__ == "__main__":
    main()
