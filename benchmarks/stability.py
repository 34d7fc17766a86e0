"""How often a face's word changes where its photograph was saved otherwise: smaller, mirrored.

`python -m benchmarks.stability FOLDER [OUT]` takes the pictures of FOLDER, and writes
stability.csv and stability.json to OUT, by default reports/stability. Each face is compared with
the same face in the picture as it is, read as a still and read as a frame of a film, in one view.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.photos import matched, middle, photos_in, scaled
from fer_system import Face, Recognizer, load_picture
from pipeline.foundation.files import write_csv, write_json

REPORTS = Path(__file__).parents[1] / "reports" / "stability"
COUNTED = "faces", "found", "label_changed", "word_changed"
Read = Callable[[np.ndarray], list[Face]]


@dataclass(frozen=True)
class Saved:
    """A photograph saved otherwise, and by how much its places move: mirrored, and scaled."""

    picture: np.ndarray
    factor: float = 1.0
    is_mirrored: bool = False

    def place(self, at: np.ndarray, width: int) -> np.ndarray:
        """Where a point of the picture as it is, `width` pixels wide, is in this one."""
        x, y = at
        return np.array([width - x if self.is_mirrored else x, y]) * self.factor


def resized(picture: np.ndarray, factor: float) -> Saved:
    """Saved in another size."""
    return Saved(scaled(picture, factor), factor)


def compressed(picture: np.ndarray, quality: int) -> Saved:
    """Saved as JPEG of `quality` 0..100."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return Saved(load_picture(file.getvalue()))


def mirrored(picture: np.ndarray) -> Saved:
    """Left and right exchanged."""
    return Saved(np.ascontiguousarray(picture[:, ::-1]), is_mirrored=True)


WAYS: dict[str, Callable[[np.ndarray], Saved]] = {
    "mirrored": mirrored,
    "0.5 times as large": partial(resized, factor=0.5),
    "0.75 times as large": partial(resized, factor=0.75),
    "1.5 times as large": partial(resized, factor=1.5),
    "JPEG quality 90": partial(compressed, quality=90),
    "JPEG quality 60": partial(compressed, quality=60),
    "JPEG quality 30": partial(compressed, quality=30),
}


def word(face: Face) -> str | None:
    """What is shown of a face: nothing where it is uncertain."""
    return None if face.uncertain else face.label


def changes(read: Read, photos: Sequence[np.ndarray]) -> list[dict[str, Any]]:
    """For each way: how many faces there are, were found again, and changed label and word."""
    before = [read(photo) for photo in photos]
    rows = []
    for way, save in WAYS.items():
        pairs = [
            (face, again)
            for photo, faces in zip(photos, before, strict=True)
            for face, again in zip(faces, found_again(read, save(photo), photo, faces), strict=True)
        ]
        kept = [(face, again) for face, again in pairs if again is not None]
        rows.append(
            {
                "saved": way,
                "faces": len(pairs),
                "found": len(kept),
                "label_changed": sum(face.label != again.label for face, again in kept),
                "word_changed": sum(word(face) != word(again) for face, again in kept),
            }
        )
    return rows


def found_again(
    read: Read, saved: Saved, photo: np.ndarray, faces: Sequence[Face]
) -> list[Face | None]:
    """The same faces in the photograph as it was saved otherwise; None where one is not found."""
    places = [saved.place(middle(face), photo.shape[1]) for face in faces]
    sides = [face.square[2] * saved.factor if face.square else 0.0 for face in faces]
    return matched(read(saved.picture), places, sides)


def main() -> None:
    """Measure stills and frames on the photographs of a folder, and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", nargs="?", type=Path, default=REPORTS)
    flags = parser.parse_args()
    photos, recognizer = photos_in(flags.folder), Recognizer()
    ways: dict[str, Read] = {"frame": recognizer.frame, "still": recognizer}
    rows = [
        {"read_as": name, **row}
        for name, read in ways.items()
        for row in changes(read, list(photos.values()))
    ]
    write_csv(flags.out / "stability.csv", list(rows[0]), [row.values() for row in rows])
    told: dict[str, Any] = {"model": recognizer.card.model, "photos": len(photos)}
    for name in ways:
        own = [row for row in rows if row["read_as"] == name]
        told[name] = {key: sum(row[key] for row in own) for key in COUNTED}
    write_json(flags.out / "stability.json", told)
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
