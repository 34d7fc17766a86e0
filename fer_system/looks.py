"""Who was seen a moment ago: a face that comes back is known by its place, size and looks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from .crop import cut_face
from .detector import Detection
from .pairing import Placed, distances, match
from .placement import Box

SECONDS, MOST = 5.0, 200
"""A face that is away is remembered for so many seconds, and at most so many faces are."""

# A face and what is around it tell people apart better than the face alone. Of 30 people in films,
# looks are alike by 0.9 (median) after a second, and those of two people by 0.04; of a thousand
# pairs of people one is more alike than 0.71, of twenty pairs one more than 0.51.
SIDE, WIDE = 12, 1.6
"""A look has so many pixels a side, of a square so many times as wide as the network's."""
ALIKE, ALIKE_AT_PLACE, UNLIKE = 0.7, 0.6, 0.2
"""From the first on, a face is the one that was seen elsewhere, from the second on the one that was
seen near by in the same scene; below the third it is not even the one that was there just now."""

PACE = 2.0
"""How many times its side a face may go in a second in which it is not seen."""

SETTLING = 1.0
"""Seconds after which a new face has its number for good."""

RENEWAL = 0.5
"""Time constant, in seconds, of the average of a face's looks."""


@dataclass(frozen=True)
class Sight:
    """Where a face was seen last, its average look, and when it was seen, in seconds."""

    box: Box
    look: np.ndarray
    first: float
    time: float
    scene: int


def looks_of(picture: np.ndarray, faces: Sequence[Detection]) -> list[np.ndarray]:
    """How each face of a picture, uint8 RGB (height, width, 3), looks, whatever the light.

    A look is float32 (SIDE * SIDE,), of length 1.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if faces else picture
    return [_look(grey, *face.square) for face in faces]


def _look(grey: np.ndarray, left: float, top: float, side: float) -> np.ndarray:
    more = side * (WIDE - 1) / 2
    return _normed(cut_face(grey, (left - more, top - more, side * WIDE), SIDE).ravel())


def _normed(look: np.ndarray) -> np.ndarray:
    even = look - look.mean()
    normed: np.ndarray = even / max(float(np.linalg.norm(even)), 1e-6)
    return normed


class Memory:
    """The faces of a film's last seconds, by their numbers."""

    def __init__(self) -> None:
        self._sights: dict[int, Sight] = {}
        self._scene = 0

    def cut(self) -> None:
        """Another scene begins, with another camera's view of perhaps the same people."""
        self._scene += 1

    def may_be(self, number: int, look: np.ndarray) -> bool:
        """Whether a face where that one was just now can be it, by its look."""
        sight = self._sights.get(number)
        return sight is None or float(sight.look @ look) >= UNLIKE

    def recall(
        self,
        faces: Sequence[Placed],
        looks: Sequence[np.ndarray],
        time: float,
        known: Mapping[int, int],
    ) -> dict[int, int]:
        """Positions in `faces` -> the numbers they had, of those who come back.

        `known` has the numbers of those who were here just now. Who is new since a moment may still
        come back: at first he was half hidden, and the number that he had then is forgotten.
        """
        new = [place for place in range(len(faces)) if self._is_new(known.get(place), time)]
        absent = [number for number in self._sights if number not in known.values()]
        if not new or not absent:
            return {}
        sights = [self._sights[number] for number in absent]
        alike = np.stack([looks[place] for place in new]) @ np.stack([at.look for at in sights]).T
        needed = self._needed([faces[place] for place in new], sights, time)
        pairs = match(np.where(alike >= needed, -alike, np.inf))
        back = {new[one]: absent[other] for one, other in pairs.items()}
        for place in back.keys() & known.keys():  # those numbers are nobody's any more
            self._sights.pop(known[place], None)
        return back

    def _is_new(self, number: int | None, time: float) -> bool:
        sight = self._sights.get(number or 0)
        return sight is None or time - sight.first < SETTLING

    def _needed(self, faces: Sequence[Placed], sights: Sequence[Sight], time: float) -> np.ndarray:
        """How alike each face and sight must be, (faces, sights); infinite where it can't be."""
        apart = distances(faces, sights)
        same_scene = np.array([sight.scene == self._scene for sight in sights])
        away = np.array([time - sight.time for sight in sights])
        needed = np.where((apart < 1) & same_scene, ALIKE_AT_PLACE, ALIKE)
        within_reach = apart < np.where(same_scene, 1 + PACE * away, 1)
        reach: np.ndarray = np.where(within_reach & (away <= SECONDS), needed, np.inf)
        return reach

    def keep(
        self,
        faces: Sequence[Placed],
        looks: Sequence[np.ndarray],
        time: float,
        numbers: Sequence[int],
    ) -> None:
        """Remember how and where the faces of that number are."""
        for face, look, number in zip(faces, looks, numbers, strict=True):
            old = self._sights.pop(number, None)  # the newest stands last
            if old is not None:
                weight = 1 - math.exp((old.time - time) / RENEWAL)
                look = _normed(old.look + weight * (look - old.look))
            first = time if old is None else old.first
            self._sights[number] = Sight(face.box, look, first, time, self._scene)
        kept = [item for item in self._sights.items() if item[1].time >= time - SECONDS]
        self._sights = dict(kept[-MOST:])
