"""Hostile inputs fired several at once, while memory and an honest visitor are watched."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil

from tests.whole.hostile.doors import DOORS
from tests.whole.hostile.inputs import KINDS
from tests.whole.hostile.pictures import Input
from tests.whole.hostile.target import Outcome, Target

ROOT = Path(__file__).parents[3]
WARM_UP = 20.0
"""Seconds within which the honest visitor's first answer should come."""


class Shot(NamedTuple):
    """An input to be tried at a door."""

    kind: str
    door: str
    input: Input


# The attack


def fire(target: Target, shot: Shot, limit: float) -> Outcome:
    """Try one input at one door."""
    try:
        return DOORS[shot.door](target, shot.input, limit)
    except httpx.TimeoutException:
        return Outcome("hang", f"{limit:.0f} s")
    except (httpx.HTTPError, OSError) as error:
        return Outcome("closed" if target.alive() else "crash", repr(error)[:200])


def shots(kinds: Iterable[str], commands: int = 25) -> Iterator[Shot]:
    """Every input of the kinds at every door it fits; the slow command gets one of `commands`."""
    for kind in kinds:
        make, doors = KINDS[kind]
        for number, sent in enumerate(make()):
            for door in doors:
                if door != "command" or number % commands == 0:
                    yield Shot(kind, door, sent)


def sample(kind: str, most: int) -> list[Shot]:
    """At most so many inputs of a kind, evenly spread, each at one of its doors in turn."""
    make, doors = KINDS[kind]
    made = list(make())
    chosen = made[:: -(-len(made) // most)]
    turns = cycle(door for door in doors if door != "command")
    return [Shot(kind, door, sent) for door, sent in zip(turns, chosen, strict=False)]


def volley(
    target: Target, fired: Sequence[Shot], limit: float, at_once: int = 4
) -> Iterator[tuple[Shot, Outcome]]:
    """Fire several at once; after the first that hangs or crashes the server no more are begun."""
    waiting, flying = deque(fired), dict[Future[Outcome], Shot]()
    with ThreadPoolExecutor(at_once) as pool:
        while waiting or flying:
            while waiting and len(flying) < at_once:
                shot = waiting.popleft()
                flying[pool.submit(fire, target, shot, limit)] = shot
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                shot, outcome = flying.pop(future), future.result()
                if shot.door not in ("library", "command") and outcome.verdict in ("hang", "crash"):
                    waiting.clear()
                yield shot, outcome


# What is watched meanwhile


def megabytes(pid: int) -> float:
    """Memory that a process and those it started occupy."""
    total = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.NoSuchProcess:  # ended meanwhile
        pass
    return total / 2**20


def stored_files(folder: Path | None) -> tuple[int, int]:
    """How many files are in a folder, some of which may vanish meanwhile, and all their bytes."""
    count = total = 0
    for parent, _, names in os.walk(folder or os.devnull):
        for name in names:
            try:
                total += Path(parent, name).stat().st_size
                count += 1
            except FileNotFoundError:
                continue
    return count, total


class Watch:
    """Memory of the server, 20 times a second, and what an honest visitor's webcam gets from it."""

    def __init__(self, target: Target, picture: bytes) -> None:
        self._target, self._picture = target, picture
        self._ended = threading.Event()
        self._has_come = threading.Event()
        self.peak = self.idle = megabytes(target.pid)
        self.began = time.monotonic()
        self.answers: list[float] = []
        self.refused = 0
        """Answers to the honest visitor other than faces."""
        self._threads = [threading.Thread(target=work) for work in (self._weigh, self._listen)]

    def __enter__(self) -> Watch:
        # A process of its own: the attacker's would keep it waiting, and blame the server.
        command = [sys.executable, "-m", "tests.whole.hostile.honest", self._target.address]
        self._visitor = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._visitor.stdin
        self._visitor.stdin.write(self._picture)
        self._visitor.stdin.close()
        for thread in self._threads:
            thread.start()
        self._has_come.wait(WARM_UP)
        self.began, self.answers = time.monotonic(), []
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._visitor.terminate()
        for thread in self._threads:
            thread.join()
        self._visitor.wait()

    def _weigh(self) -> None:
        while not self._ended.wait(0.05):
            self.peak = max(self.peak, megabytes(self._target.pid))

    def _listen(self) -> None:
        for line in self._visitor.stdout or ():
            self._has_come.set()
            status, moment = line.split()
            if status == b"200":
                self.answers.append(float(moment))
            else:
                self.refused += 1

    def rates(self, window: float = 5) -> tuple[float, float]:
        """Answers a second to the honest visitor: on average, and in the worst so many seconds."""
        return rates(self.answers, self.began, time.monotonic(), window)


def rates(
    answers: Sequence[float], began: float, ended: float, window: float
) -> tuple[float, float]:
    """How many of the sorted times fall in a second: on average, and in the worst window."""
    mean = len(answers) / (ended - began)
    if ended - began < window:
        return mean, mean
    # The worst window begins right after an answer, or with the first second.
    starts = [began, *(time for time in answers if time + window <= ended)]
    counts = [sum(start < time <= start + window for time in answers) for start in starts]
    return mean, min(mean, min(counts) / window)
