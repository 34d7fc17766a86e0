"""Results as JSON and CSV: what the command line, the API and the page hand out."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from .folder import Figures, Result
from .recognizer import Face


def describe(face: Face) -> dict[str, Any]:
    """A face as JSON. The box is (left, top, width, height) in whole pixels."""
    return {
        "box": list(face.box),
        "label": face.label,
        "confidence": round(face.confidence, 4),
        "uncertain": face.uncertain,
        "threshold": round(face.threshold, 4),
        "probabilities": {name: round(share, 4) for name, share in face.probabilities.items()},
        "score": None if face.score is None else round(face.score, 4),
        "whole_picture": face.whole_picture,
        "quality": list(face.quality),
    }


def describe_faces(faces: Sequence[Face], size: tuple[int, int]) -> dict[str, Any]:
    """A picture's faces as JSON, with its `size` (width, height) in pixels."""
    width, height = size
    return {"width": width, "height": height, "faces": [describe(face) for face in faces]}


def describe_result(result: Result) -> dict[str, Any]:
    """A picture's name, size and faces as JSON, or its name and why it could not be read."""
    if result.size is None:
        return {"name": result.name, "error": str(result.error)}
    return {"name": result.name, **describe_faces(result.faces, result.size)}


def describe_figures(figures: Figures) -> dict[str, Any]:
    """Figures as JSON; `confusion` has the actual class down and the predicted one across."""
    return {
        "accuracy": round(figures.accuracy, 4),
        "macro_f1": round(figures.macro_f1, 4),
        "faces": figures.faces,
        "faceless": figures.faceless,
        "unreadable": figures.unreadable,
        "unknown": figures.unknown,
        "classes": list(figures.classes),
        "confusion": figures.confusion.tolist(),
    }


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV after RFC 4180, but with plain line feeds."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def csv_header(classes: Sequence[str]) -> list[str]:
    """The names of the columns of `csv_rows`; each class has one for its probability."""
    place = ("left", "top", "width", "height")
    return [
        "picture",
        "face",
        *place,
        "label",
        "confidence",
        "uncertain",
        "quality",
        *classes,
        "error",
    ]


def csv_rows(result: Result, classes: Sequence[str]) -> list[list[object]]:
    """One row per face, counted from 1; one for a picture without a face or that can't be read."""
    rows = [
        [result.name, number, *face.box, face.label, round(face.confidence, 4), int(face.uncertain)]
        + [" ".join(face.quality)]
        + [round(share, 4) for share in face.probabilities.values()]
        + [""]
        for number, face in enumerate(result.faces, start=1)
    ]
    empty = [""] * (len(csv_header(classes)) - 2)
    return rows or [[result.name, *empty, str(result.error or "")]]
