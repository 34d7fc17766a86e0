"""One face, one record: the only writer of faces as CSV and JSON, wherever they were found.

The columns of a table, in this order:

    source, time, face, left, top, width, height, label, confidence, uncertain, score, quality,
    one for each class by its name, error

- `source` is the name of the picture, video or camera, `time` seconds from a video's start, or from
  when a camera began to be watched, empty for pictures. The page's webcam table, which the browser
  writes, has the time of day there.
- `face` counts a picture's faces from 1, the largest first; a face that is followed has its id.
- `left`, `top`, `width` and `height` are the box in whole pixels of the picture as any viewer shows
  it, even where its faces lie on their side.
- `label` is the most probable class, always, and `confidence` its probability, 0..1; `uncertain` is
  1 where no label should be shown, else 0. A face that is followed is uncertain while it has no
  steady label.
- `score` is the face detector's, 0..1, empty where the whole picture was taken as one face.
- `quality` names, with blanks between, what makes the face hard to read.
- Each class has its probability, 0..1.
- `error` is a sentence on why a picture could not be read.

A picture without a face, or that cannot be read, has one row without a face's cells; a camera has
one when nobody is seen any more, and when it is lost. JSON has the
same names, null for what is empty, true and false for 1 and 0, the quality as a list and the
probabilities in an object of their own, so that a class may be called like a column. Model and
threshold stand in the head of a JSON document and in the name of a CSV file.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TextIO
from unicodedata import category

if TYPE_CHECKING:
    from .recognizer import Face, Recognizer
    from .results import Figures, Result
    from .timeline import FaceSummary
    from .tracker import TrackedFace

PLACE = ("left", "top", "width", "height")
COLUMNS = ("source", "time", "face", *PLACE, "label", "confidence", "uncertain", "score", "quality")
"""The columns before those of the classes; after them there is `error`."""

LONGEST_STEM = 40
"""Letters of a source's name that files' names begin with: systems allow but 255 bytes in all."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so."""

Record = dict[str, Any]


def describe_face(face: "Face", number: int, source: str, time: float | None = None) -> Record:
    """The record of a face as JSON; `number` is what stands under `face`, `time` in seconds."""
    label = face.most_probable
    return {
        "source": source,
        "time": _rounded(time),
        "face": number,
        **dict(zip(PLACE, face.box, strict=True)),
        "label": label,
        "confidence": _rounded(face.probabilities[label]),
        "uncertain": face.uncertain,
        "score": _rounded(face.score),
        "quality": list(face.quality),
        "probabilities": {name: _rounded(share) for name, share in face.probabilities.items()},
    }


def describe_moment(
    faces: Sequence["TrackedFace"],
    source: str,
    time: float,
    classes: Sequence[str],
    error: str | None = None,
) -> list[Record]:
    """The records, as JSON, of what a camera shows at `time`, in seconds from the start.

    There is one for each face, or one without a face's cells where there is none; `error` tells why
    the camera shows nothing.
    """
    if faces:
        return [describe_face(face, face.id, source, time) | {"error": None} for face in faces]
    nobody = dict.fromkeys(COLUMNS) | {"source": source, "time": _rounded(time), "quality": []}
    return [nobody | {"probabilities": dict.fromkeys(classes), "error": error}]


def describe_picture(result: "Result") -> Record:
    """A picture as JSON: its name, its size in pixels and its faces, or why it can't be read.

    `turned` is by how many degrees clockwise it was turned before they were found: 0 as a rule. All
    places are those in the picture as it was given.
    """
    width, height = result.size or (None, None)
    return {
        "source": result.name,
        "width": width,
        "height": height,
        "turned": result.turned,
        "faces": [
            describe_face(face, number, result.name)
            for number, face in enumerate(result.faces, start=1)
        ],
        "error": None if result.error is None else str(result.error),
    }


def describe_model(recognizer: "Recognizer", threshold: float | None = None) -> Record:
    """The head of a JSON document: model, and threshold, which is the recogniser's own if None."""
    used = recognizer.threshold if threshold is None else threshold
    return {"model": recognizer.card.model, "threshold": _rounded(used)}


def describe_figures(figures: "Figures") -> Record:
    """Figures as JSON; `confusion` has the actual class down and the predicted one across."""
    return {
        "accuracy": round(figures.accuracy, 4),
        "macro_f1": round(figures.macro_f1, 4),
        "intervals_95": {
            name: {end: round(value, 4) for end, value in limits.items()}
            for name, limits in figures.intervals_95.items()
        },
        "faces": figures.faces,
        "faceless": figures.faceless,
        "unreadable": figures.unreadable,
        "unknown": figures.unknown,
        "classes": list(figures.classes),
        "confusion": figures.confusion.tolist(),
    }


def describe_time(face: "FaceSummary") -> Record:
    """When a face of a video was seen, in seconds, and each label's share of that time.

    `shares` has "uncertain" for the time without a label.
    """
    return {
        "face": face.id,
        "first": round(face.first, 3),
        "last": round(face.last, 3),
        "seconds": round(face.seconds, 3),
        "shares": {label or "uncertain": _rounded(share) for label, share in face.shares.items()},
    }


def dated_stem(source: str, day: date) -> str:
    """What files about a picture or video are called before their endings: its name and the day.

    No system takes the result for a path or for more than one word, whatever a stranger calls
    `source`, the name of a file.
    """
    stem = PurePath(source).stem[:LONGEST_STEM]
    # Letters, their marks, which are none to regular expressions, and numbers of any script.
    plain = "".join(sign if category(sign)[0] in "LMN" or sign == "-" else " " for sign in stem)
    return f"{'_'.join(plain.split()).strip('-') or 'picture'}-{day.isoformat()}"


def csv_name(stem: str, head: Mapping[str, Any]) -> str:
    """What a CSV file is called: `stem`, then model and threshold after `describe_model`."""
    model = re.sub(r"[^\w.-]+", "_", head["model"])
    return f"{stem}-{model}-threshold-{head['threshold']:g}.csv"


def csv_header(classes: Sequence[str]) -> list[str]:
    """The names of the columns."""
    return [*COLUMNS, *classes, "error"]


def csv_rows(result: "Result", classes: Sequence[str]) -> list[list[object]]:
    """One row per face; one for a picture without a face or that can't be read.

    What is empty is None, and `uncertain` True or False; `csv_text` writes both as CSV has them.
    """
    picture = describe_picture(result)
    empty = [None] * (len(csv_header(classes)) - 2)
    rows = [csv_row(record) for record in picture["faces"]]
    return rows or [[picture["source"], *empty, picture["error"]]]


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV after RFC 4180, in which a spreadsheet finds no formula to run."""
    text = io.StringIO()
    csv.writer(text).writerows([_harmless(_cell(value)) for value in row] for row in rows)
    return text.getvalue()


class VideoTables:
    """The faces of a video, written as CSV to `rows` and as JSON to `document` while they come.

    `head` is that of `describe_model`, `source` the video's name.
    """

    def __init__(
        self,
        rows: TextIO,
        document: TextIO,
        classes: Sequence[str],
        head: Mapping[str, Any],
        source: str,
    ) -> None:
        self._rows, self._document, self._source = rows, document, source
        rows.write(csv_text([csv_header(classes)]))
        start = json.dumps({**head, "source": source})
        document.write(f'{start[:-1]}, "frames": [')
        self._separator = "\n"

    def write(self, time: float, faces: Sequence["TrackedFace"]) -> None:
        """Append the faces of the picture that is shown at `time` seconds."""
        records = [describe_face(face, face.id, self._source, time) for face in faces]
        self._rows.write(csv_text(csv_row(record) for record in records))
        frame = json.dumps({"time": _rounded(time), "faces": records})
        self._document.write(f"{self._separator}{frame}")
        self._separator = ",\n"

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Complete the JSON by the summary of the whole video."""
        self._document.write(f'\n], "summary": {json.dumps(summary)}}}\n')


def csv_row(record: Record) -> list[object]:
    """The cells of a face's record."""
    known = {name: record[name] for name in COLUMNS} | {"quality": " ".join(record["quality"])}
    return [*known.values(), *record["probabilities"].values(), record.get("error")]


def _cell(value: object) -> object:
    return int(value) if isinstance(value, bool) else value


def _harmless(cell: object) -> object:
    """Text that a spreadsheet would run gets an apostrophe before it; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
