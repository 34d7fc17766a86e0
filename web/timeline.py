"""A video's faces over time as HTML: how far the work is, a summary, a card for each face."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fer_system.timeline import FaceSummary
from fer_system.video import VideoReport
from web import text
from web.cards import picture_uri
from web.html import note, render

CARDS = 12  # faces shown on the page; the tables have all
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
    if len(faces) <= CARDS:
        return text.VIDEO_FACES.format(count=len(faces), length=length)
    count = len(faces) + report.timeline.forgotten
    return text.VIDEO_MANY_FACES.format(count=count, shown=CARDS, length=length)


def timeline_cards(report: VideoReport, classes: Sequence[str]) -> str:
    """A card for each of the longest seen faces: its timeline and its shares of time."""
    faces = report.timeline.faces[:CARDS]
    if not faces:
        return ""
    return render(
        "timeline.html",
        emotions=[text.emotion(name) for name in classes],
        faces=[_card(face, classes) for face in faces],
        steps=report.seconds / report.timeline.step,
        start=text.clock(0),
        end=text.clock(report.seconds),
    )


def _card(face: FaceSummary, classes: Sequence[str]) -> dict[str, Any]:
    assert face.portrait is not None  # it has one since it was first seen
    return {
        "name": text.VIDEO_FACE.format(id=face.id),
        "portrait": picture_uri(face.portrait),
        "seen": text.VIDEO_SEEN.format(
            first=text.clock(face.first),
            last=text.clock(face.last),
            seconds=text.decimal(face.seconds, 1),
        ),
        "paths": stacked(face.steps, len(classes)),
        "shares": [
            {
                "position": classes.index(label) if label else None,
                "emotion": text.emotion(label) if label else text.UNCERTAIN,
                "share": share,
                "percent": text.percent(share),
            }
            for label, share in face.shares.items()
        ],
    }


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
