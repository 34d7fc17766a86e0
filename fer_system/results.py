"""What was found in many pictures, and figures of it where their folders name classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .emotions import class_named
from .intervals import Interval, intervals_95
from .metrics import accuracy, confusion_matrix, macro_f1

if TYPE_CHECKING:
    from .picture import PictureError
    from .recognizer import Face


@dataclass(frozen=True)
class Result:
    """The faces of one picture, the largest first, or why it could not be read.

    `size` is (width, height) in pixels, or None where it could not; `error` says why then, and is
    None else.
    """

    name: str
    size: tuple[int, int] | None = None
    faces: "tuple[Face, ...]" = ()
    error: "PictureError | None" = None

    @property
    def turned(self) -> int:
        """By how many degrees clockwise the picture was turned before faces were found in it."""
        return self.faces[0].turned if self.faces else 0

    @property
    def folder(self) -> str:
        """The name of the folder that the picture lies in; empty at the top."""
        return self.name.rpartition("/")[0].rpartition("/")[2]


@dataclass(frozen=True)
class Figures:
    """How well the largest face of each picture was recognised, where folders name classes.

    `confusion` counts faces, int (classes, classes): actual class down, predicted class across.
    `faceless` and `unreadable` count the pictures of named classes that are in no figure, `unknown`
    those of each folder that names no class.
    """

    classes: tuple[str, ...]
    confusion: np.ndarray
    faceless: int
    unreadable: int
    unknown: dict[str, int]

    @property
    def faces(self) -> int:
        """How many faces the figures are of."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of faces recognised right, 0..1; there must be some."""
        return accuracy(self.confusion)

    @property
    def macro_f1(self) -> float:
        """Mean F1, 0..1, of the classes that occur; there must be some."""
        return macro_f1(self.confusion)

    @cached_property
    def intervals_95(self) -> dict[str, Interval]:
        """95 % intervals, `low` and `high`, of `accuracy` and `macro_f1`; there must be some."""
        return intervals_95(self.confusion)


def figures(results: Sequence[Result], classes: Sequence[str]) -> Figures:
    """How often the largest face shows the class that its picture's folder is named after."""
    pairs: list[tuple[str, str]] = []
    faceless = unreadable = 0
    unknown: dict[str, int] = {}
    for result in results:
        actual = class_named(result.folder, classes)
        if actual is None:
            if result.folder and not result.error:
                unknown[result.folder] = unknown.get(result.folder, 0) + 1
        elif result.error:
            unreadable += 1
        elif not result.faces:
            faceless += 1
        else:
            pairs.append((actual, result.faces[0].label))
    return Figures(tuple(classes), confusion_matrix(pairs, classes), faceless, unreadable, unknown)
