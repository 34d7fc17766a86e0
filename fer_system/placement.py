"""Where the labels of a picture's faces go: beside them, over no other face and no other label."""

from collections.abc import Sequence

import numpy as np

Box = tuple[int, int, int, int]
"""(left, top, width, height) in pixels."""
Size = tuple[int, int]
"""(width, height) in pixels."""

RINGS, TURNS = 4, 16
"""How far from its face a label with a leader may be, in its own heights, and in how many ways."""
OWN_SHARE = 0.25
"""How much of its own face a label may hide."""


class Space:
    """What of a picture of `size` is taken: by the `boxes` of its faces, and by labels so far."""

    def __init__(self, boxes: Sequence[Box], size: Size) -> None:
        self._boxes, self._size = boxes, size
        self._taken = np.zeros((2 * len(boxes), 4), int)  # left, top, right, bottom
        self._count = 0
        for box in boxes:
            self.take(box)

    def take(self, place: Box) -> None:
        """Count a place as taken, of one label a face at most."""
        left, top, width, height = place
        self._taken[self._count] = left, top, left + width, top + height
        self._count += 1

    def beside(self, face: int, size: Size) -> Box | None:
        """A place for a label of `size` that touches the box of `face` and hides nothing."""
        return self._free(_beside(self._boxes[face], size), size)

    def upon(self, face: int, size: Size) -> Box | None:
        """A place within the box of `face` that hides little of it and nothing else."""
        *_, width, height = self._boxes[face]
        if size[0] > width or size[0] * size[1] > OWN_SHARE * width * height:
            return None
        return self._free(_corners(self._boxes[face], size), size, but=face)

    def apart(self, face: int, size: Size) -> Box | None:
        """A place not far from the box of `face` that hides nothing; it needs a leader."""
        return self._free(_apart(self._boxes[face], size), size)

    def least(self, face: int, size: Size) -> Box:
        """The place at the box of `face` that hides the least of others, then of itself."""
        box = self._boxes[face]
        places = self._inside(np.concatenate([_beside(box, size), _corners(box, size)]), size)
        hidden = 4 * self._hidden(places, size, but=face) + self._hidden(places, size)
        left, top = places[np.argmin(hidden)].tolist()
        return left, top, *size

    def _free(self, places: np.ndarray, size: Size, but: int | None = None) -> Box | None:
        places = self._inside(places, size)
        free = np.flatnonzero(self._hidden(places, size, but) == 0)
        if not len(free):
            return None
        left, top = places[free[0]].tolist()
        return left, top, *size

    def _inside(self, places: np.ndarray, size: Size) -> np.ndarray:
        """The left upper corners, (n, 2), of labels, moved so that they lie in the picture."""
        return places.clip(0, np.maximum(np.subtract(self._size, size), 0))

    def _hidden(self, places: np.ndarray, size: Size, but: int | None = None) -> np.ndarray:
        """How many pixels of what is taken each place, (n, 2), hides, `but` for one face's."""
        lefts, tops, rights, bottoms = self._taken[: self._count].T
        (first, highest), (last, lowest) = places.min(axis=0), places.max(axis=0) + size
        near = (lefts < last) & (rights > first) & (tops < lowest) & (bottoms > highest)
        if but is not None:
            near[but] = False
        left, top, right, bottom = self._taken[: self._count][near].T
        x, y = places[:, :1], places[:, 1:]
        across = np.minimum(x + size[0], right) - np.maximum(x, left)
        down = np.minimum(y + size[1], bottom) - np.maximum(y, top)
        return np.asarray((across.clip(0) * down.clip(0)).sum(axis=1))


def _beside(box: Box, size: Size) -> np.ndarray:
    """Left upper corners, (n, 2), of labels above a box, below it and at its sides."""
    left, top, width, height = box
    flush_right, flush_below = left + width - size[0], top + height - size[1]
    middle, centre = left + (width - size[0]) // 2, top + (height - size[1]) // 2
    columns, rows = (left, middle, flush_right), (centre, top, flush_below)
    return np.array(
        [(x, y) for y in (top - size[1], top + height) for x in columns]
        + [(x, y) for x in (left + width, left - size[0]) for y in rows]
    )


def _corners(box: Box, size: Size) -> np.ndarray:
    """Left upper corners, (4, 2), of labels in the corners of a box, inside it."""
    left, top, width, height = box
    return np.array(
        [(x, y) for y in (top, top + height - size[1]) for x in (left, left + width - size[0])]
    )


def _apart(box: Box, size: Size) -> np.ndarray:
    """Left upper corners, (n, 2), of labels round a box, the nearest first."""
    angles = np.arange(TURNS) * 2 * np.pi / TURNS - np.pi / 2
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    corner, own, half = np.array(box[:2]), np.array(box[2:]) / 2, np.array(size) / 2
    rings = [ways * (own + half + ring * size[1]) for ring in np.arange(1, 2 * RINGS + 1) / 2]
    return np.asarray(np.rint(np.concatenate(rings) + corner + own - half), int)
