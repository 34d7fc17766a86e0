"""What very many faces in class folders cost: seconds, memory and disk of `convert` and `train`.

    python -m benchmarks.many_faces FOLDER [FACES ...]

For each number of faces (50,000 and 300,000) pictures of smooth noise are written below FOLDER,
which needs 6 kB of disk a face, become arrays, and a small network learns them for an epoch, in a
copy of the repository that is deleted in the end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from fer_system.emotions import FER2013
from pipeline.data.dataset import SIZE
from tests.workspace import Workspace

CORNERS = 6
"""Side of the noise that is enlarged to a face."""
COPIES = 100
"""One picture of so many is a copy of the one before."""
IN_A_FOLDER = 10_000
SETTINGS = (("data/fer2013.csv", "data/faces"), ("batch_size: 32", "batch_size: 128"))
"""What a Workspace's params.yaml says, and what it says here."""


class Cost(NamedTuple):
    """What a command took: seconds, and the most memory it held, in MB."""

    seconds: float
    memory: float


def pictures(count: int) -> Iterator[bytes]:
    """JPEG files of smooth grey noise."""
    random, content = np.random.default_rng(1), b""
    for number in range(count):
        if number % COPIES or not content:
            noise = random.integers(0, 256, (CORNERS, CORNERS), np.uint8)
            face = cv2.resize(noise, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
            content = cv2.imencode(".jpg", face)[1].tobytes()
        yield content


def write_faces(folder: Path, count: int) -> None:
    """Write so many pictures as `<class>/<number>/<number>.jpg`, as many of each class."""
    for number, content in enumerate(pictures(count)):
        emotion = FER2013[number % len(FER2013)]
        path = folder / emotion / str(number // IN_A_FOLDER) / f"{number}.jpg"
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
        path.write_bytes(content)


def cost_of(workspace: Workspace, *command: str) -> Cost:
    """Run a command of the pipeline; what it printed ends the measurement where it fails."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=workspace.root,
            env=workspace.environment,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        if status:
            printed.seek(0)
            sys.exit(printed.read())
    return Cost(time.perf_counter() - began, used.ru_maxrss / 1024)


def measure(folder: Path, count: int) -> str:
    """A line of the table."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        workspace = Workspace(Path(name))
        for old, new in (*SETTINGS, ("epochs: 5", "epochs: 1")):
            workspace.replace("params.yaml", old, new)
        write_faces(workspace.root / "data" / "faces", count)
        converted = cost_of(workspace, "pipeline.convert")
        trained = cost_of(workspace, "pipeline.train", "cnn")
        arrays = sum(path.stat().st_size for path in workspace.root.glob("data/arrays/*.npz"))
    figures = (*converted, *trained, arrays / 1e6)
    return f"| {count:,} | {' | '.join(f'{figure:,.0f}' for figure in figures)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_faces")
    parser.add_argument("folder", type=Path)
    parser.add_argument("faces", type=int, nargs="*", default=[50_000, 300_000])
    flags = parser.parse_args()
    flags.folder.mkdir(parents=True, exist_ok=True)
    print("| faces | convert: s | MB of memory | train, 1 epoch: s | MB of memory | arrays: MB |")
    print("|---" * 6 + "|")
    for count in flags.faces:
        print(measure(flags.folder, count), flush=True)


if __name__ == "__main__":
    main()
