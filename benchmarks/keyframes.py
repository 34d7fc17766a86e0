"""How much a video's labels and boxes lose where faces are not looked for in every frame.

`python -m benchmarks.keyframes [VIDEO ...]`: without one, the astronaut's picture, moved.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.video import moving_face, write_clip
from fer_system import Recognizer, TrackedFace
from fer_system.detector import Detection
from fer_system.film import Film, read_film, read_frames
from fer_system.keyframes import Found, find_in_film
from fer_system.pairing import pair
from fer_system.placement import Box
from fer_system.video import DETECTOR_SIDE, follow


@dataclass
class Comparison:
    """Of a film's frames, against those in which faces were looked for.

    `alike` tells of each frame whether all its faces are there with the same labels, `errors` of
    each face how far its box is off, in widths, the mean of its four numbers.
    """

    looked: float = 0
    faces: int = 0
    extra: int = 0
    alike: list[bool] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)

    def add(self, expected: Sequence[TrackedFace], given: Sequence[TrackedFace]) -> None:
        """Compare a frame's faces."""
        same = [(expected[one], given[other]) for one, other in pair(expected, given).items()]
        labels = [one.shown == other.shown for one, other in same]
        self.alike.append(all(labels) and len(same) == len(expected))
        self.errors += [
            float(np.abs(np.subtract(one.box, other.box)).mean() / one.box[2])
            for one, other in same
        ]
        self.faces += len(expected)
        self.extra += len(given) - len(same)

    def __str__(self) -> str:
        told = (
            f"{len(self.alike)} frames, searched {self.looked / len(self.alike):.0%} of them; "
            f"all labels alike in {np.mean(self.alike):.1%}; "
            f"of {self.faces} faces {self.faces - len(self.errors)} missing, {self.extra} more"
        )
        if not self.errors:
            return told
        return (
            f"{told}; boxes off by {np.mean(self.errors):.2%} of their width, "
            f"{np.percentile(self.errors, 95):.2%} at the 95th percentile"
        )


def share(part: Box, film: Film) -> float:
    """Of a picture."""
    left, top, width, height = part
    inside = np.clip([left, top, left + width, top + height], 0, [film.width, film.height] * 2)
    return float(np.prod(inside[2:] - inside[:2]) / (film.width * film.height))


def compare(video: Path, recognizer: Recognizer) -> Comparison:
    """Recognise a video in every frame, and as `annotate_video` does."""
    film, comparison = read_film(video), Comparison()

    def detect(pixels: np.ndarray, within: Box | None) -> list[Detection]:
        comparison.looked += 1 if within is None else share(within, film)
        return recognizer.detect(pixels, DETECTOR_SIDE, within)

    every = (
        Found(found.frame, recognizer.detect(found.frame.pixels, DETECTOR_SIDE), True, found.is_cut)
        for found in find_in_film(read_frames(video, film), lambda *_: [])
    )
    threshold = recognizer.threshold
    some = find_in_film(read_frames(video, film), detect)
    for (_, expected), (_, given) in zip(
        follow(every, recognizer, threshold), follow(some, recognizer, threshold), strict=True
    ):
        comparison.add(expected, given)
    return comparison


def main() -> None:
    """Print a line for each video."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="*", type=Path)
    videos = parser.parse_args().videos
    recognizer = Recognizer()
    with TemporaryDirectory() as folder:
        if not videos:
            videos = [Path(folder, "moving face.mp4")]
            write_clip(videos[0], moving_face())
        for video in videos:
            print(f"{video.name}: {compare(video, recognizer)}", flush=True)


if __name__ == "__main__":
    main()
