"""Video file -> annotated video, and tables of what its faces showed when, in bounded memory."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .drawing import annotate
from .film import Film, Frame, Sound, VideoError, Writer, read_film, read_frames
from .recognizer import Recognizer, check_threshold
from .records import VideoTables, csv_name, describe_model, describe_time
from .timeline import Timeline
from .tracker import TrackedFace, Tracker

__all__ = ["VideoError", "VideoReport", "annotate_video"]

# YuNet takes 17 ms for a 640x480 picture, and 10 ms where it is scaled down to this. In two films
# and two photos of up to seven people it finds as many faces so; at 384 pixels it misses one.
DETECTOR_SIDE = 448
"""Longest side, in pixels, of the pictures that the face detector gets to see."""


@dataclass
class VideoReport:
    """What is known of a video so far.

    `table` is where the CSV file will be; `width` and `height`, in pixels, are those of the
    annotated video, `frames` counts its frames, `seconds` is how much of it is done and
    `duration` its whole length, or None where the file doesn't tell before its end. `sound` is what
    becomes of the sound, `timeline` the faces.
    """

    table: Path
    width: int
    height: int
    duration: float | None
    sound: Sound
    frames: int = 0
    seconds: float = 0.0
    timeline: Timeline = field(default_factory=Timeline)

    def add(self, frame: Frame, faces: Sequence[TrackedFace]) -> None:
        """Count one more frame and the faces that are seen in it."""
        self.timeline.add(faces, frame)
        self.frames += 1
        self.seconds = frame.time + frame.duration

    @property
    def done(self) -> float | None:
        """The share that is done, in 0..1, or None where the length is unknown."""
        return min(self.seconds / self.duration, 1.0) if self.duration else None

    def summary(self) -> dict[str, Any]:
        """The report as JSON; times in seconds, shares in 0..1."""
        return {
            "width": self.width,
            "height": self.height,
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "duration": self.duration and round(self.duration, 3),
            "sound": self.sound,
            "faces": [describe_time(face) for face in self.timeline.faces],
            "faces_left_out": self.timeline.forgotten,
        }


def annotate_video(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    recognizer: Recognizer,
    threshold: float | None = None,
) -> Iterator[VideoReport]:
    """Mark the faces of the video at `source`, following each through it.

    Yields the same report after every picture, so that the caller can tell how far it is, or stop
    by closing the iterator. At its end there are the MP4 file `target` and, beside it, every face
    of every picture as JSON, named like it with the ending .json, and as CSV, whose name tells
    model and threshold too; before, and where it was stopped, there is nothing. `records` tells the
    columns; boxes are in pixels of `target`, whose pictures are `source`'s, upright, and scaled
    where their long side is beyond 320..1280 pixels. `threshold`, 0..1, takes the place of the
    recogniser's.
    Raises VideoError, and RecognitionError for a threshold beyond 0..1.
    """
    threshold = recognizer.threshold if threshold is None else check_threshold(threshold)
    target = Path(target)
    head = describe_model(recognizer, threshold)
    film = read_film(source)
    with TemporaryDirectory(prefix="partial-", dir=target.parent) as folder:
        video = Path(folder, target.name)
        table, document = Path(folder, csv_name(target.stem, head)), video.with_suffix(".json")
        with (
            Writer(video, film, source) as writer,
            table.open("w", newline="", encoding="utf-8") as rows,
            document.open("w", encoding="utf-8") as text,
        ):
            place = target.with_name(table.name)
            report = VideoReport(place, film.width, film.height, film.duration, writer.sound)
            tables = VideoTables(rows, text, recognizer.classes, head, Path(source).name)
            for frame, faces in _followed(source, film, recognizer, threshold):
                writer.write(replace(frame, pixels=annotate(frame.pixels, faces)))
                tables.write(frame.time, faces)
                report.add(frame, faces)
                yield report
            tables.finish(report.summary())
        for path in (table, document, video):
            path.replace(target.with_name(path.name))


def _followed(
    source: str | os.PathLike[str], film: Film, recognizer: Recognizer, threshold: float
) -> Iterator[tuple[Frame, list[TrackedFace]]]:
    """Each frame and the faces that are seen in it, without those that were lost a moment ago."""
    tracker = Tracker()
    for frame in read_frames(source, film):
        faces = recognizer.frame(frame.pixels, DETECTOR_SIDE, threshold=threshold, quality=True)
        yield frame, [face for face in tracker.update(faces, frame.time) if not face.unseen]
