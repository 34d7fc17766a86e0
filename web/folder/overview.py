"""The results of many pictures as HTML: figures, confusion matrix, thumbnails and a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from fer_system.data_uri import data_uri
from fer_system.emotions import class_named
from fer_system.records import csv_header, csv_rows, csv_text
from fer_system.results import Figures, Result, figures
from web import text
from web.cards import picture_uri
from web.html import render

# The page shows at most so many; the CSV has all.
SHOWN_THUMBNAILS, SHOWN_ROWS, SHOWN_FOLDERS = 48, 200, 5

THUMBNAIL_SIZE = 160


def thumbnail(pixels: np.ndarray) -> str:
    """A small copy of an RGB picture, as a `data:` address."""
    small = Image.fromarray(pixels)
    small.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    return picture_uri(np.asarray(small), quality=75)


def progress(number: int, total: int) -> str:
    """How many pictures are done; no `role="status"`, which would be spoken at every step."""
    words = text.FOLDER_PROGRESS.format(number=text.number(number), total=text.number(total))
    return render("folder_progress.html", words=words, number=number, total=total)


def overview(
    results: Sequence[Result],
    thumbnails: Sequence[tuple[Result, str]],
    classes: Sequence[str],
    table_name: str,
    left_aside: int,
) -> str:
    """All that is shown of the results; `thumbnails` are some of them with their small pictures.

    `table_name` is the name under which the CSV is saved, `left_aside` counts the other files.
    """
    found = figures(results, classes)
    return render(
        "overview.html",
        found=found,
        counts=counts(results, found),
        remarks=remarks(found, left_aside),
        csv=csv_address(results, classes),
        table_name=table_name,
        emotions=[text.emotion(name) for name in found.classes],
        thumbnails=[_captioned(result, uri, classes) for result, uri in thumbnails],
        columns=columns(found),
        rows=rows(results, found),
        cut=cut(results),
    )


def counts(results: Sequence[Result], found: Figures) -> dict[str, str]:
    """The counts of pictures and faces, and the figures where folders name classes."""
    shown = {
        text.FOLDER_PICTURES: text.number(len(results)),
        text.FOLDER_FACES: text.number(sum(len(result.faces) for result in results)),
        text.FOLDER_FACELESS: text.number(sum(not (r.faces or r.error) for r in results)),
        text.FOLDER_UNREADABLE: text.number(sum(bool(result.error) for result in results)),
    }
    if found.faces:
        shown[text.ACCURACY] = text.rate(found.accuracy)
        shown[text.MACRO_F1] = text.decimal(found.macro_f1, 3)
    return shown


def remarks(found: Figures, left_aside: int) -> list[str]:
    """What the figures are of, which folders are in none, and how many files are no pictures."""
    sentences = []
    if found.faces:
        counted = {"counted": found.faces, "faceless": found.faceless}
        sentences.append(text.FOLDER_RULE.format(**counted, unreadable=found.unreadable))
    if found.unknown:
        names = ", ".join(list(found.unknown)[:SHOWN_FOLDERS])
        more = len(found.unknown) > SHOWN_FOLDERS
        folders = text.FOLDER_MORE.format(folders=names) if more else names
        sentences.append(text.FOLDER_UNKNOWN.format(folders=folders))
    if left_aside:
        sentences.append(text.FOLDER_LEFT_ASIDE.format(count=text.number(left_aside)))
    return sentences


def csv_address(results: Sequence[Result], classes: Sequence[str]) -> str:
    """The whole CSV in a link, so that no file is written."""
    found = [row for result in results for row in csv_rows(result, classes)]
    return data_uri(csv_text([csv_header(classes), *found]).encode(), "text/csv")


def columns(found: Figures) -> list[str]:
    """The heads of the table's columns."""
    heads = [text.FOLDER_NAME, text.FOLDER_FACES, text.FOLDER_LARGEST]
    return [*heads, text.FOLDER_ACTUAL] if found.faces else heads


def rows(results: Sequence[Result], found: Figures) -> list[tuple[str, list[str]]]:
    """A name and cells for every picture, up to SHOWN_ROWS; unreadable ones come first."""
    ordered = sorted(results, key=lambda result: not result.error)
    return [(result.name, _cells(result, found)) for result in ordered[:SHOWN_ROWS]]


def _cells(result: Result, found: Figures) -> list[str]:
    words = text.error(result.error) if result.error else _largest(result)
    cells = [f"{len(result.faces)}" if result.size else "", words]
    if found.faces:
        actual = class_named(result.folder, found.classes)
        cells.append(text.emotion(actual) if actual else "")
    return cells


def cut(results: Sequence[Result]) -> str:
    """A sentence where the table does not show all; empty where it does."""
    if len(results) <= SHOWN_ROWS:
        return ""
    return text.FOLDER_TABLE_CUT.format(shown=SHOWN_ROWS, total=text.number(len(results)))


def _captioned(result: Result, address: str, classes: Sequence[str]) -> dict[str, Any]:
    """A small picture with the emotion of its largest face."""
    position = list(classes).index(result.faces[0].label) if result.faces else None
    return {
        "name": result.name,
        "address": address,
        "position": position,
        "largest": _largest(result),
    }


def _largest(result: Result) -> str:
    """The emotion of the largest face, in words."""
    if not result.faces:
        return text.FOLDER_NO_FACE
    face = result.faces[0]
    sentence = text.FOLDER_UNCERTAIN if face.uncertain else text.FOLDER_CERTAIN
    return sentence.format(emotion=text.emotion(face.label), percent=text.percent(face.confidence))
