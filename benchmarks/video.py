"""How many times real time a video is annotated in: 640x480, one face, 30 frames a second.

`python -m benchmarks.video [VIDEO]`: any video, scaled to that; without one, a face that moves.
`--beside CHECKOUT` runs the code of another folder in turn with this one's.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import cv2
import numpy as np
from skimage import data

from fer_system import Recognizer, annotate_video

WIDTH, HEIGHT, RATE, SECONDS = 640, 480, 30, 10


def moving_face() -> Iterator[np.ndarray]:
    """Pictures of a face that goes to and fro."""
    face = cv2.resize(data.astronaut(), (HEIGHT, HEIGHT), interpolation=cv2.INTER_AREA)
    for step in range(RATE * SECONDS):
        picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
        left = round((WIDTH - HEIGHT) / 2 * (1 + np.sin(step / RATE)))
        picture[:, left : left + HEIGHT] = face
        yield picture


def pictures_of(path: Path) -> Iterator[np.ndarray]:
    """The first pictures of a video, scaled."""
    with av.open(str(path)) as container:
        for frame in islice(container.decode(video=0), RATE * SECONDS):
            yield frame.to_ndarray(format="rgb24", width=WIDTH, height=HEIGHT)


def write_clip(path: Path, pictures: Iterable[np.ndarray]) -> None:
    """H.264, as most videos are."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def measure(video: Path) -> str:
    """How many times real time it runs, and the processor's time for a frame."""
    recognizer = Recognizer()
    with TemporaryDirectory() as folder:
        start, worked = time.perf_counter(), time.process_time()
        *_, report = annotate_video(video, Path(folder, "faces.mp4"), recognizer)
        passed, worked = time.perf_counter() - start, time.process_time() - worked
    faces = sum(face.seconds for face in report.timeline.faces) / report.seconds
    return (
        f"{WIDTH}x{HEIGHT}, {report.frames} frames at {RATE} a second, {faces:.2f} faces in each, "
        f"{recognizer.detector_name} and {recognizer.card.model}: {report.seconds / passed:.2f} "
        f"times real time; {worked / report.frames * 1000:.1f} ms of one core for a frame"
    )


def beside(video: Path, other: Path, pairs: int) -> None:
    """Print how fast this checkout is and how fast the `other`, in turn, and their ratios."""
    ratios = []
    for _ in range(pairs):
        rates = []
        for checkout in (Path.cwd(), other):
            command = [sys.executable, "-m", "benchmarks.video", str(video)]
            said = subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True)
            rates.append(float(re.findall(r"([\d.]+) times real time", said.stdout)[0]))
        ratios.append(rates[0] / rates[1])
        print(f"{rates[0]:.2f} and {rates[1]:.2f} times real time: {ratios[-1]:.2f}", flush=True)
    print(f"median of the ratios: {statistics.median(ratios):.2f}")


def main() -> None:
    """Print the figures of one run, or of pairs of runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", nargs="?", type=Path)
    parser.add_argument("--beside", type=Path, help="another checkout, measured in turn")
    parser.add_argument("--pairs", type=int, default=5, help="how many times (%(default)s)")
    flags = parser.parse_args()
    with TemporaryDirectory() as folder:
        clip = Path(folder, "clip.mp4")
        write_clip(clip, pictures_of(flags.video) if flags.video else moving_face())
        if flags.beside:
            beside(clip, flags.beside, flags.pairs)
        else:
            print(measure(clip))


if __name__ == "__main__":
    main()
