"""A video's faces over time as HTML: how far the work is, a summary, a graph and a list."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fer_system.colours import face_colour, text_colour
from fer_system.timeline import FaceSummary
from fer_system.video import VideoReport
from web import text
from web.cards import css, picture_uri
from web.html import note, render

SHOWN = 12  # faces on the page; the tables have all
WHOLE = 0.95  # of the length that a file tells; sound may go on a little after the pictures


def progress(report: VideoReport, passed: float) -> str:
    """How far a video is after `passed` seconds of work, as a bar and a sentence."""
    if report.done:
        left = passed * (1 - report.done) / report.done
        sentence = text.VIDEO_LEFT.format(
            percent=text.percent(report.done), left=text.clock(math.ceil(left))
        )
    else:
        sentence = text.VIDEO_AT.format(at=text.clock(report.seconds))
    return render("video_progress.html", done=report.done or None, sentence=sentence)


def summary(report: VideoReport) -> str:
    """A note on the whole video."""
    sentences = [_found(report)]
    if report.duration is not None and report.seconds < WHOLE * report.duration:
        sentences.append(text.VIDEO_ENDS_EARLY.format(length=text.clock(report.duration)))
    if report.sound == "left out":
        sentences.append(text.VIDEO_WITHOUT_SOUND)
    return note(" ".join(sentences))


def _found(report: VideoReport) -> str:
    """How many faces a video has, in words."""
    faces, length = report.timeline.faces, text.clock(report.seconds)
    if not faces:
        return text.VIDEO_NO_FACE
    if len(faces) == 1:
        return text.VIDEO_ONE_FACE.format(length=length)
    if len(faces) <= SHOWN:
        return text.VIDEO_FACES.format(count=len(faces), length=length)
    count = len(faces) + report.timeline.forgotten
    return text.VIDEO_MANY_FACES.format(count=count, shown=SHOWN, length=length)


def timeline(report: VideoReport, classes: Sequence[str]) -> str:
    """One graph of the longest seen faces, a row for each, and a list of what they showed."""
    faces = sorted(report.timeline.faces[:SHOWN], key=lambda face: face.id)
    if not faces:
        return ""
    step = report.timeline.step
    return render(
        "timeline.html",
        emotions=[text.emotion(name) for name in classes],
        faces=[_face(face, classes, step) for face in faces],
        steps=report.seconds / step,
        seconds=report.seconds,
        start=text.clock(0),
        end=text.clock(report.seconds),
    )


def _face(face: FaceSummary, classes: Sequence[str], step: float) -> dict[str, Any]:
    assert face.portrait is not None  # it has one since it was first seen
    colour = face_colour(face.id)
    (label, share), *others = face.shares.items()
    return {
        "number": face.id,
        "name": text.VIDEO_FACE.format(id=face.id),
        "colour": css(colour),
        "ink": css(text_colour(colour)),
        "portrait": picture_uri(face.portrait),
        "paths": stacked(face.steps, len(classes)),
        "moments": json.dumps(moments(face, step)),
        "position": classes.index(label) if label else None,
        "emotion": _word(label),
        "share": text.VIDEO_SHARE.format(percent=text.percent(share)),
        "others": " · ".join(f"{_word(label)} {text.percent(share)}" for label, share in others),
        "seen": text.VIDEO_SEEN.format(
            first=text.clock(face.first),
            last=text.clock(face.last),
            seconds=text.decimal(face.seconds, 1),
        ),
    }


def _word(label: str | None) -> str:
    return text.emotion(label) if label else text.UNCERTAIN


def moments(face: FaceSummary, step: float) -> list[tuple[float, str]]:
    """From which second on a face shows what, in words; empty ones while it is not seen."""
    name = text.VIDEO_FACE.format(id=face.id)
    told: list[tuple[float, str]] = []
    for number in range(min(face.labels, default=0), max(face.labels, default=0) + 2):
        words = ""
        if number in face.labels:
            words = text.VIDEO_SHOWS.format(face=name, emotion=_word(face.labels[number]))
        if not told or told[-1][1] != words:
            told.append((round(number * step, 3), words))
    return told


def stacked(steps: Mapping[int, np.ndarray], classes: int) -> list[tuple[int, str]]:
    """The probabilities of all classes over time, stacked: positions and SVG paths, 100 high.

    `steps` is that of a FaceSummary. What stays empty is time in which the face was not seen. The
    last class comes first and every other is drawn over the one before, so that no gap can show.
    """
    tops = {step: 100 * np.cumsum(sums) / sums.sum() for step, sums in steps.items()}
    return [
        (
            position,
            "".join(f"M{step} {100 - top[position]:.1f}h1V100h-1z" for step, top in tops.items()),
        )
        for position in reversed(range(classes))
    ]
