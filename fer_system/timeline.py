"""What a video's faces showed when: sums that stay small however long the video is."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from .film import Frame
from .looks import SECONDS
from .tracker import TrackedFace

BINS = 300
"""A video is divided into at most so many steps of time."""
FIRST_STEP = 0.1
"""Length of a step in seconds at first; it doubles whenever the steps would be more than BINS."""

FACES = 100
"""How many faces are remembered, the longest seen ones."""

PORTRAIT = 96
"""Longest side of a face's portrait, in pixels."""


@dataclass
class FaceSummary:
    """One face of a video; all times in seconds.

    It was seen from `first` to `last`, for `seconds` in all. `label_seconds` tells how long it was
    given each label, None while it was uncertain. `steps` maps the number of a step of time to the
    probabilities in it, each multiplied by the seconds for which it held, so that their sum is how
    long the face was seen in that step; `labels` maps it to the last label in it. `portrait` is the
    face as uint8 RGB, where it was seen largest.
    """

    id: int
    first: float
    last: float = 0.0
    seconds: float = 0.0
    label_seconds: dict[str | None, float] = field(default_factory=dict)
    steps: dict[int, np.ndarray] = field(default_factory=dict)
    labels: dict[int, str | None] = field(default_factory=dict)
    portrait: np.ndarray | None = field(default=None, repr=False)
    portrait_area: int = 0

    @property
    def shares(self) -> dict[str | None, float]:
        """Each label's share of the time that the face was seen, the largest first; sum 1."""
        ordered = sorted(self.label_seconds.items(), key=lambda item: -item[1])
        return {label: seconds / self.seconds for label, seconds in ordered}


class Timeline:
    """The faces of a video over time, each a FaceSummary; `step` is in seconds.

    Of long videos with many faces the longest seen FACES are kept, besides those who may still
    come back; `forgotten` counts the others.
    """

    def __init__(self) -> None:
        self.step = FIRST_STEP
        self.forgotten = 0
        self._faces: dict[int, FaceSummary] = {}

    @property
    def faces(self) -> list[FaceSummary]:
        """The longest seen faces first."""
        return sorted(self._faces.values(), key=lambda face: (-face.seconds, face.id))

    def add(self, faces: Sequence[TrackedFace], frame: Frame) -> None:
        """Count the faces that are seen in a frame."""
        time, duration = frame.time, frame.duration
        while time + duration > self.step * BINS:
            self._coarsen()
        for face in faces:
            if face.formerly in self._faces:
                self._join(face.formerly, face.id)
            summary = self._faces.setdefault(face.id, FaceSummary(face.id, first=time))
            summary.last = time + duration
            summary.seconds += duration
            shown = summary.label_seconds
            shown[face.shown] = shown.get(face.shown, 0.0) + duration
            probabilities = np.array(list(face.probabilities.values()))
            for number, seconds in _parts(time, duration, self.step):
                summary.steps[number] = summary.steps.get(number, 0.0) + probabilities * seconds
                summary.labels[number] = face.shown
            _keep_portrait(summary, face.box, frame.pixels)
        self._forget(time - SECONDS)

    def _join(self, number: int, known: int) -> None:
        """What was counted as another face until now is this one's."""
        part = self._faces.pop(number)
        whole = self._faces.setdefault(known, FaceSummary(known, first=part.first))
        whole.seconds += part.seconds
        for label, seconds in part.label_seconds.items():
            whole.label_seconds[label] = whole.label_seconds.get(label, 0.0) + seconds
        for step, sums in part.steps.items():
            whole.steps[step] = whole.steps.get(step, 0.0) + sums
        whole.labels |= part.labels
        if part.portrait_area > whole.portrait_area:
            whole.portrait, whole.portrait_area = part.portrait, part.portrait_area

    def _coarsen(self) -> None:
        self.step *= 2
        for face in self._faces.values():
            halved: dict[int, np.ndarray] = {}
            for number, sums in face.steps.items():
                halved[number // 2] = halved.get(number // 2, 0.0) + sums
            face.steps = halved
            face.labels = {number // 2: label for number, label in sorted(face.labels.items())}

    def _forget(self, before: float) -> None:
        if len(self._faces) <= FACES:
            return
        for face in self.faces[FACES:]:
            if face.last < before:
                del self._faces[face.id]
                self.forgotten += 1


def _parts(time: float, duration: float, step: float) -> Iterator[tuple[int, float]]:
    """The steps that a span of time touches, and how many seconds of it lie in each."""
    end = time + duration
    for number in range(int(time // step), math.ceil(end / step)):
        if (seconds := min(end, (number + 1) * step) - max(time, number * step)) > 1e-6:
            yield number, seconds


def _keep_portrait(
    summary: FaceSummary, box: tuple[int, int, int, int], pixels: np.ndarray
) -> None:
    left, top, width, height = box
    if width * height <= 1.2 * summary.portrait_area:  # not with every pixel it grows
        return
    cut = pixels[top : top + height, left : left + width]
    scale = min(1.0, PORTRAIT / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    summary.portrait = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    summary.portrait_area = width * height
