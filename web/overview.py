"""The results of many pictures as HTML: figures, confusion matrix, thumbnails and a table."""

import base64
from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from fer_system.emotions import class_named
from fer_system.folder import Figures, Result, figures
from fer_system.records import csv_header, csv_rows, csv_text
from web import cards, charts, text

# As many does the page show; the CSV has all.
SHOWN_THUMBNAILS, SHOWN_ROWS, SHOWN_FOLDERS = 48, 200, 5

THUMBNAIL_SIZE = 160


def thumbnail(pixels: np.ndarray) -> str:
    """A small copy of an RGB picture, as a `data:` address."""
    small = Image.fromarray(pixels)
    small.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    return cards.picture_uri(np.asarray(small), quality=75)


def progress(number: int, total: int) -> str:
    """How many pictures are done; no `role="status"`, which would be spoken at every step."""
    words = escape(
        text.FOLDER_PROGRESS.format(number=text.number(number), total=text.number(total))
    )
    return (
        f'<div class="fer-note">{words}<div class="fer-bar" role="progressbar" aria-label="{words}"'
        f' aria-valuenow="{number}" aria-valuemax="{total}">'
        f'<span style="width:{number / total:.1%}"></span></div></div>'
    )


def overview(
    results: Sequence[Result],
    thumbnails: Sequence[tuple[Result, str]],
    classes: Sequence[str],
    table_name: str,
) -> str:
    """All that is shown of the results; `thumbnails` are some of them with their small pictures.

    `table_name` is the name under which the CSV is saved.
    """
    found = figures(results, classes)
    parts = [facts(results, found), notes(found), download(results, classes, table_name)]
    if found.faces:
        parts.append(confusion_table(found))
    return "".join([*parts, gallery(thumbnails, classes), table(results, found)])


def facts(results: Sequence[Result], found: Figures) -> str:
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
    items = (
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in shown.items()
    )
    return f'<div role="status"><dl class="fer-counts">{"".join(items)}</dl></div>'


def notes(found: Figures) -> str:
    """What the figures are of, and which folders are in none."""
    sentences = []
    if found.faces:
        counts = {"counted": found.faces, "faceless": found.faceless}
        sentences.append(text.FOLDER_RULE.format(**counts, unreadable=found.unreadable))
    if found.unknown:
        names = ", ".join(list(found.unknown)[:SHOWN_FOLDERS])
        more = len(found.unknown) > SHOWN_FOLDERS
        folders = text.FOLDER_MORE.format(folders=names) if more else names
        sentences.append(text.FOLDER_UNKNOWN.format(folders=folders))
    return "".join(f'<p class="fer-remark">{escape(sentence)}</p>' for sentence in sentences)


def download(results: Sequence[Result], classes: Sequence[str], name: str) -> str:
    """A link that holds the whole CSV, so that no file is written."""
    rows = [row for result in results for row in csv_rows(result, classes)]
    content = base64.b64encode(csv_text([csv_header(classes), *rows]).encode()).decode()
    return (
        f'<a class="fer-download" download="{escape(name)}" href="data:text/csv;base64,{content}">'
        f"{escape(text.FOLDER_DOWNLOAD)}</a>"
    )


def confusion_table(found: Figures) -> str:
    """The confusion matrix: the darker a cell, the larger its share of its row."""
    names = [
        f'{cards.emoji(place)}<span class="fer-name">{escape(text.emotion(name))}</span>'
        for place, name in enumerate(found.classes)
    ]
    counts = found.confusion.tolist()
    table = charts.shaded_table(text.FOLDER_CONFUSION, names, counts, text.CONFUSION_CELL)
    return f'<div class="fer-panel">{table}</div>'


def gallery(thumbnails: Sequence[tuple[Result, str]], classes: Sequence[str]) -> str:
    """Small pictures, each with the emotion of its largest face."""
    if not thumbnails:
        return ""
    items = (
        f'<li><img src="{uri}" alt="{escape(result.name)}">'
        f"<span>{_emoji(result, classes)}{escape(_largest(result))}</span></li>"
        for result, uri in thumbnails
    )
    return f'<h2>{escape(text.FOLDER_GALLERY)}</h2><ul class="fer-gallery">{"".join(items)}</ul>'


def table(results: Sequence[Result], found: Figures) -> str:
    """A row for every picture, up to SHOWN_ROWS; those that could not be read come first."""
    columns = [text.FOLDER_NAME, text.FOLDER_FACES, text.FOLDER_LARGEST]
    if found.faces:
        columns.append(text.FOLDER_ACTUAL)
    rows = []
    for result in sorted(results, key=lambda result: not result.error)[:SHOWN_ROWS]:
        actual = class_named(result.folder, found.classes)
        words = text.error(result.error) if result.error else _largest(result)
        cells = [f"{len(result.faces)}" if result.size else "", words]
        if found.faces:
            cells.append(text.emotion(actual) if actual else "")
        rows.append(
            f'<tr><th scope="row" dir="auto">{escape(result.name)}</th>'
            f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        )
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    cut = text.FOLDER_TABLE_CUT.format(shown=SHOWN_ROWS, total=text.number(len(results)))
    remark = f'<p class="fer-remark">{escape(cut)}</p>' if len(results) > SHOWN_ROWS else ""
    body = f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return _region("fer-list", text.FOLDER_TABLE, body) + remark


def _region(kind: str, caption: str, rows: str) -> str:
    """A table that scrolls by itself, by the keyboard too."""
    return (
        f"<h2>{escape(caption)}</h2>"
        f'<div class="fer-scroll" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="{kind}">{rows}</table></div>'
    )


def _largest(result: Result) -> str:
    """The emotion of the largest face, in words."""
    if not result.faces:
        return text.FOLDER_NO_FACE
    face = result.faces[0]
    sentence = text.FOLDER_UNCERTAIN if face.uncertain else text.FOLDER_CERTAIN
    return sentence.format(emotion=text.emotion(face.label), percent=text.percent(face.confidence))


def _emoji(result: Result, classes: Sequence[str]) -> str:
    if not result.faces:
        return ""
    place = list(classes).index(result.faces[0].label)
    return f'<span class="fer-emoji" style="background-image:var(--emoji-{place})"></span>'
