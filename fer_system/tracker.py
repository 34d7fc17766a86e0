"""Faces over time: who is who from picture to picture, and what they show without flicker."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from .looks import Memory
from .pairing import pair
from .recognizer import Face


@dataclass(frozen=True, kw_only=True)
class TrackedFace(Face):
    """A face that is followed; `probabilities` are averaged over its last moments.

    `id` is a number that no other face of the same tracker gets, `unseen` how many seconds ago a
    picture showed it last, 0 where the newest one does, and `shown` the label that it is steadily
    given, or None while it is uncertain. `formerly` is the id that it had in the picture before,
    where it is only now known as a face that was seen earlier.
    """

    id: int
    unseen: float
    shown: str | None
    formerly: int | None = None

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
        self._memory = Memory()

    def update(
        self,
        faces: Sequence[Face],
        time: float,
        looks: Sequence[np.ndarray] | None = None,
        is_cut: bool = False,
    ) -> list[TrackedFace]:
        """The faces of the picture at `time` seconds, and those lost a moment ago, by their ids.

        `looks` has what `looks_of` tells of each of `faces`: so a face that comes back after a few
        seconds has its id again, and one that takes another's place does not get the other's.
        `is_cut` says that the picture is the first of another scene.
        Raises ValueError where `time` runs backwards.
        """
        passed = time - self._time
        if not passed >= 0:  # NaN fails too
            raise ValueError(f"The picture at {time} s comes after the one at {self._time} s.")
        before = [] if is_cut else self._tracked
        there = {place: before[old] for place, old in pair(faces, before).items()}
        pairs = {
            place: old
            for place, old in there.items()
            if looks is None or self._memory.may_be(old.id, looks[place])
        }
        ids = self._number(faces, pairs, time, looks, is_cut)
        followed = [
            self._follow(face, number, pairs[place], passed)
            if place in pairs
            else self._begin(face, number)
            for place, (face, number) in enumerate(zip(faces, ids, strict=True))
        ]
        # Kept, those whose place another took would lend him their numbers in the next picture.
        gone = {*ids, *(old.id for old in there.values())}
        lost = [
            _copy(old, unseen=old.unseen + passed, formerly=None)
            for old in before
            if old.id not in gone and old.unseen + passed <= self.patience
        ]
        self._time = time
        self._tracked = sorted(followed + lost, key=lambda face: face.id)
        return list(self._tracked)

    def _number(
        self,
        faces: Sequence[Face],
        pairs: Mapping[int, TrackedFace],
        time: float,
        looks: Sequence[np.ndarray] | None,
        is_cut: bool,
    ) -> list[int]:
        """The id of each face: that of one before, of one remembered, or a new one."""
        if is_cut:
            self._memory.cut()
        known = {place: old.id for place, old in pairs.items()}
        if looks is not None:
            known |= self._memory.recall(faces, looks, time, known)
        ids = [known.get(place) or next(self._ids) for place in range(len(faces))]
        if looks is not None:
            self._memory.keep(faces, looks, time, ids)
        return ids

    def _begin(self, face: Face, number: int) -> TrackedFace:
        shown = None if face.uncertain else face.label
        return _copy(face, id=number, unseen=0.0, shown=shown)

    def _follow(self, face: Face, number: int, old: TrackedFace, passed: float) -> TrackedFace:
        weight = 1 - math.exp(-(passed + old.unseen) / self.smoothing)
        averaged = {
            name: before + weight * (face.probabilities[name] - before)
            for name, before in old.probabilities.items()
        }
        shown = self._label(averaged, old.shown, face.threshold)
        formerly = None if number == old.id else old.id
        return _copy(
            face, probabilities=averaged, id=number, unseen=0.0, shown=shown, formerly=formerly
        )

    def _label(
        self, probabilities: dict[str, float], shown: str | None, threshold: float
    ) -> str | None:
        best = max(probabilities, key=probabilities.__getitem__)
        needed = max(threshold, probabilities[best]) - self.margin
        if shown is not None and probabilities[shown] >= needed:
            return shown
        return best if probabilities[best] >= threshold else None


def _copy(face: Face, **changes: object) -> TrackedFace:
    """`face` as a TrackedFace, with `changes`."""
    own = {field.name: getattr(face, field.name) for field in fields(face)}
    return TrackedFace(**(own | changes))
