"""The page under mixed load for half an hour: does it give back what it takes?

`python -m benchmarks.soak` writes memory, open files, threads, temporary files and answers a second
to soak.csv, minute by minute, and draws them in soak.png; `--out FOLDER` tells where to.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import numpy as np
import psutil
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

from benchmarks.hostile import progress
from fer_system.places import DEFAULT_MODEL
from pipeline.foundation.files import write_whole
from tests.whole.hostile.archives import packed
from tests.whole.hostile.attack import Shot, fire, megabytes, stored_files
from tests.whole.hostile.doors import upload
from tests.whole.hostile.pictures import FORMATS, SEED, Input, encoded, face, mutated, valid
from tests.whole.hostile.requests import request
from tests.whole.hostile.target import Target, served
from tests.whole.hostile.videos import clip

LIMIT = 60  # seconds for an answer
KEEP = 5
"""Minutes for which the page keeps files; within half an hour they show whether they go."""
WARM = 10
"""Minutes after which memory should grow no more."""


class Minute(NamedTuple):
    """What the server held at the end of a minute, and how many answers a second it gave in it."""

    minute: int
    megabytes: float
    descriptors: int
    threads: int
    files: int
    file_megabytes: float
    answers_a_second: float


class Load:
    """Visitors who come again and again until it is over, each in a thread of its own."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.over = threading.Event()
        self.answers = 0
        self._lock = threading.Lock()

    def answered(self, verdict: str) -> None:
        """Count an answer, be it a refusal."""
        with self._lock:
            self.answers += verdict in ("2xx", "4xx", "refused")

    def webcam(self, name: str, pause: float) -> None:
        """Send a webcam's pictures."""
        picture = encoded(Image.fromarray(face(480)).resize((640, 480)), "JPEG", quality=80)
        place, headers = f"live?session=soak-{name}", {"X-Forwarded-For": "192.0.2.1"}
        while not self.over.wait(pause):
            try:
                answer = self.target.client.post(
                    f"{place}&time={time.monotonic()}", content=picture, headers=headers
                )
            except httpx.HTTPError:
                continue
            self.answered("2xx" if answer.status_code == 200 else "closed")

    def files(self, inputs: Iterator[Input], doors: Sequence[str], pause: float) -> None:
        """Send files, at one door after the other."""
        for sent, door in zip(inputs, itertools.cycle(doors), strict=False):
            if self.over.wait(pause):
                return
            self.answered(fire(self.target, Shot("soak", door, sent), LIMIT).verdict)

    def leavers(self, pause: float) -> None:
        """Ask for the faces of a video, and leave before they come."""
        sent = Input("left.mp4", clip("mp4"))
        while not self.over.wait(pause):
            try:
                path = upload(self.target, sent, LIMIT).json()[0]
                file = {"path": path, "meta": {"_type": "gradio.FileData"}}
                place = "gradio_api/call/predict_video"
                event = self.target.client.post(place, json={"data": [file, 0.5]}).json()
                with self.target.client.stream("GET", f"{place}/{event['event_id']}"):
                    self.over.wait(0.1)
            except (httpx.HTTPError, ValueError, KeyError):  # it was refused
                continue

    def broken_uploads(self, pause: float) -> None:
        """Begin to hand over a file, and hang up in the middle."""
        address = urlsplit(self.target.address)
        kind = {"Content-Type": "multipart/form-data; boundary=edge"}
        form = b'--edge\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
        begun = request("POST", "/gradio_api/upload", form + bytes(2_000_000), 9_000_000, kind)
        while not self.over.wait(pause):
            place = address.hostname or "", address.port or 80
            try:
                with socket.create_connection(place, LIMIT) as connection:
                    connection.sendall(begun)
            except OSError:
                continue

    def visitors(self) -> list[Callable[[], None]]:
        """Everyone, as what their threads do."""
        pictures = [Input(f"picture.{suffix}", valid(form)) for form, suffix in FORMATS.items()]
        archive = packed((f"{sent.name}", sent.content) for sent in pictures)
        videos = [Input(f"video.{kind}", clip(kind)) for kind in ("mp4", "mkv", "avi", "webm")]
        again = itertools.cycle
        return [
            lambda: self.webcam("visitor one", 0.1),
            lambda: self.webcam("visitor two", 0.2),
            lambda: self.files(again(pictures), ("page", "call", "tool"), 0.5),
            lambda: self.files(again([Input("many.zip", archive)]), ("page", "call"), 2),
            lambda: self.files(again(videos), ("page", "call"), 3),
            lambda: self.files(broken_pictures(), ("page", "call", "live"), 0.5),
            lambda: self.leavers(5),
            lambda: self.broken_uploads(5),
        ]


def broken_pictures() -> Iterator[Input]:
    """Pictures with bytes changed, ever others."""
    for number, (form, suffix) in enumerate(itertools.cycle(FORMATS.items())):
        chance = random.Random(f"{SEED} soak {number}")
        yield Input(f"broken.{suffix}", mutated(valid(form), chance))


@contextmanager
def loaded(target: Target) -> Iterator[Load]:
    """The page with all visitors there."""
    load = Load(target)
    threads = [threading.Thread(target=visit) for visit in load.visitors()]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.over.set()
        for thread in threads:
            thread.join()


def observe(load: Load, minutes: int) -> Iterator[Minute]:
    """What the server holds, before the first minute and after every one."""
    process = psutil.Process(load.target.pid)
    for minute in range(minutes + 1):
        before, began = load.answers, time.monotonic()
        while minute and (passed := time.monotonic() - began) < 60:
            progress(f"minute {minute} of {minutes}, {passed:.0f} s, {load.answers:,} answers")
            load.over.wait(1)
        # Without its children: those of a moment ago may have ended.
        files, stored = stored_files(load.target.temporary)
        yield Minute(
            minute,
            round(megabytes(process.pid), 1),
            process.num_fds(),
            process.num_threads(),
            files,
            round(stored / 1e6, 2),
            round((load.answers - before) / 60, 2),
        )


def slope(minutes: Sequence[Minute]) -> float | None:
    """Growth of memory after the warm-up, MB a minute by least squares; None where it is short."""
    steady = [row for row in minutes if row.minute >= WARM]
    if len(steady) < 2:
        return None
    times, sizes = [row.minute for row in steady], [row.megabytes for row in steady]
    return float(np.polyfit(times, sizes, 1)[0])


def save_table(minutes: Sequence[Minute], path: Path) -> None:
    """Write one line a minute."""

    def write(partial: Path) -> None:
        with partial.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([Minute._fields, *minutes])

    write_whole(path, write)


def save_picture(minutes: Sequence[Minute], path: Path) -> None:
    """Draw everything over the minutes."""
    figure = Figure(figsize=(9, 5.2), layout="constrained", dpi=120)
    panels: list[Axes] = list(figure.subplots(2, 2, sharex=True).ravel())
    times = [row.minute for row in minutes]
    panels[0].plot(times, [row.megabytes for row in minutes])
    panels[0].set(title="Memory", ylabel="MB")
    panels[1].plot(times, [row.descriptors for row in minutes], label="open files and sockets")
    panels[1].plot(times, [row.threads for row in minutes], label="threads")
    panels[1].set(title="Open files and threads")
    panels[1].legend(frameon=False)
    panels[2].plot(times, [row.file_megabytes for row in minutes])
    panels[2].set(title="Temporary files", xlabel="minute", ylabel="MB")
    panels[3].plot(times[1:], [row.answers_a_second for row in minutes[1:]])
    panels[3].set(title="Answers a second", xlabel="minute")
    for panel in panels:
        panel.set_ylim(bottom=0)
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.spines[["top", "right"]].set_visible(False)
    write_whole(path, lambda partial: figure.savefig(partial, metadata={"Software": None}))


def main() -> None:
    """Load the page, write down what it holds, and tell whether that grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--detector", default="yunet")
    flags = parser.parse_args()
    minutes: list[Minute] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the page ends with it
    page = served(flags.model, flags.detector, "--mcp", f"--keep={KEEP}")
    with page as target, loaded(target) as load:
        for row in observe(load, flags.minutes):
            minutes.append(row)
            print(f"\r\x1b[K{row}", file=sys.stderr)
            save_table(minutes, flags.out / "soak.csv")
            save_picture(minutes, flags.out / "soak.png")
    growth = slope(minutes)
    if growth is None:
        print(f"Too short to tell whether memory grows: give more than {WARM} minutes.")
    else:
        print(f"From minute {WARM} on memory grows by {growth:+.2f} MB a minute.")


if __name__ == "__main__":
    main()
