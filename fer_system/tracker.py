"""Faces over time: who is who from picture to picture, and what they show without flicker."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from .recognizer import Face


@dataclass(frozen=True, kw_only=True)
class TrackedFace(Face):
    """A face that is followed; `probabilities` are averaged over its last moments.

    `id` is a number that no other face of the same tracker gets, `unseen` how many seconds ago a
    picture showed it last, 0 where the newest one does, and `shown` the label that it is steadily
    given, or None while it is uncertain.
    """

    id: int
    unseen: float
    shown: str | None

    @property
    def label(self) -> str:
        """The label it is given, or the most probable class while it is uncertain."""
        return self.shown or self.most_probable

    @property
    def uncertain(self) -> bool:
        """Whether no class has been probable enough for a label."""
        return self.shown is None


class Tracker:
    """Follows the faces of one film or camera; not to be shared between threads.

    `smoothing` is the time constant, in seconds, of the average of the probabilities: a change is
    seen to 63 % after it. A label gives way to another that is more probable by more than `margin`,
    and to none where it falls by more than `margin` below the face's threshold. A face that is not
    found is kept for `patience` seconds.
    """

    def __init__(self, smoothing: float = 0.3, margin: float = 0.15, patience: float = 0.6) -> None:
        self.smoothing, self.margin, self.patience = smoothing, margin, patience
        self._tracked: list[TrackedFace] = []
        self._time = -math.inf
        self._ids = itertools.count(1)

    def update(self, faces: Sequence[Face], time: float) -> list[TrackedFace]:
        """The faces of the picture at `time` seconds, and those lost a moment ago, by their ids.

        Raises ValueError where `time` runs backwards.
        """
        passed = time - self._time
        if not passed >= 0:  # NaN fails too
            raise ValueError(f"The picture at {time} s comes after the one at {self._time} s.")
        pairs = _pairs(faces, self._tracked)
        followed = [
            self._follow(face, self._tracked[pairs[place]], passed)
            if place in pairs
            else self._begin(face)
            for place, face in enumerate(faces)
        ]
        lost = [
            _copy(old, unseen=old.unseen + passed)
            for place, old in enumerate(self._tracked)
            if place not in pairs.values() and old.unseen + passed <= self.patience
        ]
        self._time = time
        self._tracked = sorted(followed + lost, key=lambda face: face.id)
        return list(self._tracked)

    def _begin(self, face: Face) -> TrackedFace:
        shown = None if face.uncertain else face.label
        return _copy(face, id=next(self._ids), unseen=0.0, shown=shown)

    def _follow(self, face: Face, old: TrackedFace, passed: float) -> TrackedFace:
        weight = 1 - math.exp(-(passed + old.unseen) / self.smoothing)
        averaged = {
            name: before + weight * (face.probabilities[name] - before)
            for name, before in old.probabilities.items()
        }
        shown = self._label(averaged, old.shown, face.threshold)
        return _copy(face, probabilities=averaged, id=old.id, unseen=0.0, shown=shown)

    def _label(
        self, probabilities: dict[str, float], shown: str | None, threshold: float
    ) -> str | None:
        best = max(probabilities, key=probabilities.__getitem__)
        needed = max(threshold, probabilities[best]) - self.margin
        if shown is not None and probabilities[shown] >= needed:
            return shown
        return best if probabilities[best] >= threshold else None


def _pairs(faces: Sequence[Face], tracked: Sequence[Face]) -> dict[int, int]:
    """Positions in `faces` -> positions in `tracked`, the closest pairs first."""
    distances = sorted(
        (distance, new, old)
        for new, face in enumerate(faces)
        for old, other in enumerate(tracked)
        if (distance := _distance(face, other)) < 1
    )
    pairs: dict[int, int] = {}
    for _, new, old in distances:
        if new not in pairs and old not in pairs.values():
            pairs[new] = old
    return pairs


def _distance(a: Face, b: Face) -> float:
    """How far apart two boxes are: 1 for a side's length, or for twice the size."""
    (left, top, width, height), (x, y, other_width, other_height) = a.box, b.box
    size, other = math.sqrt(width * height), math.sqrt(other_width * other_height)
    moved = math.hypot(
        left + width / 2 - x - other_width / 2, top + height / 2 - y - other_height / 2
    )
    return moved / ((size + other) / 2) + abs(math.log2(size / other))


def _copy(face: Face, **changes: object) -> TrackedFace:
    """`face` as a TrackedFace, with `changes`."""
    own = {field.name: getattr(face, field.name) for field in fields(face)}
    return TrackedFace(**(own | changes))
