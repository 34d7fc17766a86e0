"""The results of many pictures: figures and confusion matrix as HTML, the rest as data.

The browser makes table, thumbnails and downloads of the data, by results.js: it shows a part of
them at a time and filters, whatever there is.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from fer_system.emotions import class_named
from fer_system.intervals import FEW_FACES
from fer_system.recognizer import Face, Recognizer
from fer_system.records import describe_figures
from fer_system.results import Figures, Result, figures
from web import text
from web.cards import picture_uri
from web.html import data, render

SHOWN_FOLDERS = 5
THUMBNAIL_SIZE = 128
MOST_THUMBNAILS = 200
MOST_OF_CELL, MOST_OF_CLASS = 4, 16
"""Thumbnails of a cell of the confusion matrix; of a class found, where folders name none."""
DIGITS = 7
"""Of probabilities: enough for what the browser compares and rounds."""


class Thumbnails:
    """Small pictures, `addresses` by the picture's number: some of every class, right and wrong."""

    def __init__(self, classes: Sequence[str]) -> None:
        self._classes, self._kept = classes, Counter[tuple[object, ...]]()
        self.addresses: dict[int, str] = {}

    def offer(self, number: int, result: Result, pixels: np.ndarray | None) -> None:
        """Keep a picture, RGB, where there are few like it yet."""
        face = result.faces[0] if result.faces else None
        actual = class_named(result.folder, self._classes)
        cell = actual, face and face.label, face and actual is None and face.uncertain
        most = MOST_OF_CELL if actual else MOST_OF_CLASS
        if pixels is None or self._kept[cell] >= most or len(self.addresses) >= MOST_THUMBNAILS:
            return
        self._kept[cell] += 1
        self.addresses[number] = thumbnail(pixels, face)


def thumbnail(pixels: np.ndarray, face: Face | None) -> str:
    """A small copy of an RGB picture, as a `data:` address: the face with what is around it."""
    if face is not None and not face.whole_picture:
        left, top, width, height = face.box
        side = 2 * max(width, height)
        x, y = max(0, left + (width - side) // 2), max(0, top + (height - side) // 2)
        pixels = pixels[y : y + side, x : x + side]
    small = Image.fromarray(pixels)
    small.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    return picture_uri(np.asarray(small), quality=75)


def progress(number: int, total: int, seconds: float) -> str:
    """How many pictures are done after so many seconds, and how long the others will take."""
    words = text.FOLDER_PROGRESS.format(number=text.number(number), total=text.number(total))
    if number:
        words = text.FOLDER_AND_LEFT.format(done=words, left=left(number, total, seconds))
    return render("folder_progress.html", words=words, number=number, total=total)


def left(number: int, total: int, seconds: float) -> str:
    """The time that the rest will take, where `number` of `total` took so many seconds."""
    rest = seconds / number * (total - number)
    if rest < 60:
        return text.FOLDER_SECONDS_LEFT.format(count=math.ceil(rest))
    return text.FOLDER_MINUTES_LEFT.format(count=math.ceil(rest / 60))


def overview(
    results: Sequence[Result],
    thumbnails: Mapping[int, str],
    recognizer: Recognizer,
    left_aside: int,
    ended: str = "",
) -> str:
    """All that is shown of the results; `thumbnails` are small pictures of some, by their places.

    `left_aside` counts the other files; `ended` says why the work ended early, if it did.
    """
    classes = recognizer.classes
    found = figures(results, classes)
    facts = {
        "model": recognizer.card.model,
        "threshold": recognizer.threshold,  # but the visitor may have chosen another
        "classes": classes,
        "emotions": [text.emotion(name) for name in classes],
        "words": text.FOLDER_RESULTS,
        "thousands": text.THOUSANDS_SIGN,
        "pictures": [row(result, classes) for result in results],
        "thumbnails": thumbnails,
        "figures": describe_figures(found) if found.faces else None,
        "left_aside": left_aside,
    }
    return render(
        "overview.html",
        found=found,
        counts=counts(results, found),
        remarks=[*filter(None, [ended]), *remarks(found, left_aside)],
        emotions=facts["emotions"],
        data=data(facts),
    )


def row(result: Result, classes: Sequence[str]) -> list[Any]:
    """A picture as results.js takes it apart: what records.py has of it, without the names.

    Name, width, height, by how much it was turned, the position of the class that its folder is
    named after, why it can't be read, in English and in the language of the moment, and the faces.
    """
    actual = class_named(result.folder, classes)
    return [
        result.name,
        *(result.size or (None, None)),
        result.turned,
        None if actual is None else list(classes).index(actual),
        result.error and [str(result.error), text.error(result.error)],
        [_face(face) for face in result.faces],
    ]


def _face(face: Face) -> list[Any]:
    """Box, score, notes, from which probability on it has a label, and those of all classes."""
    score = None if face.score is None else round(face.score, DIGITS)
    shares = (round(share, DIGITS) for share in face.probabilities.values())
    return [*face.box, score, " ".join(face.quality), round(face.threshold, DIGITS), *shares]


def counts(results: Sequence[Result], found: Figures) -> dict[str, tuple[str, str]]:
    """The counts of pictures and faces, and the figures where folders name classes.

    Each has a name, and a remark that may be empty.
    """
    unreadable = sum(bool(result.error) for result in results)
    shown = {
        text.FOLDER_PICTURES: text.number(len(results)),
        text.FOLDER_FACES: text.number(sum(len(result.faces) for result in results)),
        text.FOLDER_FACELESS: text.number(sum(not (r.faces or r.error) for r in results)),
        text.FOLDER_UNREADABLE: text.number(unreadable),
    }
    told = {name: (count, "") for name, count in shown.items()}
    if found.faces:
        limits = found.intervals_95
        share, f1 = text.rate, partial(text.decimal, digits=3)
        told[text.ACCURACY] = share(found.accuracy), interval(limits["accuracy"], share)
        told[text.MACRO_F1] = f1(found.macro_f1), interval(limits["macro_f1"], f1)
    return told


def interval(limits: Mapping[str, float], written: Callable[[float], str]) -> str:
    """A 95 % interval, `low` to `high`, in words, its ends as `written` writes them."""
    words: str = text.INTERVAL.format(**{end: written(value) for end, value in limits.items()})
    return words


def remarks(found: Figures, left_aside: int) -> list[str]:
    """What the figures are of, which folders are in none, and how many files are no pictures."""
    sentences = []
    if found.faces:
        counted = {"counted": found.faces, "faceless": found.faceless}
        sentences.append(text.FOLDER_RULE.format(**counted, unreadable=found.unreadable))
        if found.faces < FEW_FACES:
            sentences.append(text.FOLDER_FEW.format(count=found.faces, few=FEW_FACES))
        if found.unknown:
            names = ", ".join(list(found.unknown)[:SHOWN_FOLDERS])
            more = len(found.unknown) > SHOWN_FOLDERS
            folders = text.FOLDER_MORE.format(folders=names) if more else names
            sentences.append(text.FOLDER_UNKNOWN.format(folders=folders))
    if left_aside:
        sentences.append(text.FOLDER_LEFT_ASIDE.format(count=text.number(left_aside)))
    return sentences
