"""Video file -> annotated video, and tables of what its faces showed when, in bounded memory."""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from .colours import face_colour
from .detector import Detection
from .drawing import annotate, default_label
from .film import Frame, Sound, VideoError, Writer, read_film, read_frames
from .keyframes import Found, find_in_film
from .looks import looks_of
from .placement import Box
from .prefetch import prefetch
from .recognizer import Recognizer, check_threshold
from .records import VideoTables, csv_name, describe_model, describe_time
from .timeline import Timeline
from .tracker import TrackedFace, Tracker

__all__ = ["VideoError", "VideoReport", "annotate_video"]

# YuNet takes 17 ms for a 640x480 picture, and 10 ms where it is scaled down to this. In two films
# and two photos of up to seven people it finds as many faces so; at 384 pixels it misses one.
DETECTOR_SIDE = 448
"""Longest side, in pixels, of the pictures that the face detector gets to see."""

Words = Callable[[TrackedFace], str]
"""What a face's label in the marked video says."""

Followed = tuple[Frame, list[TrackedFace]]
"""A frame and the faces that are seen in it."""


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
    words: Words = default_label,
) -> Iterator[VideoReport]:
    """Mark the faces of the video at `source`, following each through it.

    Yields the same report after every picture, so that the caller can tell how far it is, or stop
    by closing the iterator. At its end there are the MP4 file `target` and, beside it, every face
    of every picture as JSON, named like it with the ending .json, and as CSV, whose name tells
    model and threshold too; before, and where it was stopped, there is nothing. `records` tells the
    columns; boxes are in pixels of `target`, whose pictures are `source`'s, upright, and scaled
    where their long side is beyond 320..1280 pixels. `threshold`, 0..1, takes the place of the
    recogniser's. Boxes and labels have the colours of the faces' numbers, and the labels say the
    `words` for each face, class and confidence in English unless told otherwise.
    Frames are read, recognised, drawn and written side by side, in threads.
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
            frames = prefetch(read_frames(source, film))
            followed = prefetch(_followed(frames, recognizer, threshold))
            with closing(prefetch(_drawn(followed, words))) as drawn:
                for frame, faces, marked in drawn:
                    writer.write(replace(frame, pixels=marked))
                    tables.write(frame.time, faces)
                    report.add(frame, faces)
                    yield report
            tables.finish(report.summary())
        for path in (table, document, video):
            path.replace(target.with_name(path.name))


def _followed(
    frames: Generator[Frame, None, None], recognizer: Recognizer, threshold: float
) -> Generator[Followed, None, None]:
    """The faces of each frame, by number, without those that were lost a moment ago."""
    with closing(frames):

        def detect(pixels: np.ndarray, within: Box | None) -> list[Detection]:
            return recognizer.detect(pixels, DETECTOR_SIDE, within)

        yield from follow(find_in_film(frames, detect), recognizer, threshold)


def follow(
    film: Iterator[Found], recognizer: Recognizer, threshold: float
) -> Generator[Followed, None, None]:
    """What the faces that were found in a film show, and who is who."""
    tracker = Tracker()
    for found in film:
        pixels, time = found.frame.pixels, found.frame.time
        faces = recognizer.read(pixels, found.faces, threshold=threshold, quality=True)
        looks = looks_of(pixels, found.faces) if found.is_key else None
        tracked = tracker.update(faces, time, looks, found.is_cut)
        yield found.frame, [face for face in tracked if not face.unseen]


def _drawn(
    followed: Generator[Followed, None, None], words: Words
) -> Generator[tuple[Frame, list[TrackedFace], np.ndarray], None, None]:
    """The same, and each frame's pixels with its faces marked."""
    with closing(followed):
        for frame, faces in followed:
            numbers = [face.id for face in faces]
            colours = [face_colour(number) for number in numbers]
            labels = [words(face) for face in faces]
            yield frame, faces, annotate(frame.pixels, faces, labels, numbers, colours)
