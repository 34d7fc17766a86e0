"""Which runs of the journal are being written: a file of each is locked while its process lives.

Such a lock also lets them begin one at a time. It is SQLite's, which every operating system lets go
of with the process, however it ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 5.0
"""How long a lock is waited for: another process may be looking whether its owner is alive."""
SECONDS_TO_BEGIN = 120.0
"""How long a run waits for others to begin; the first one makes the store's tables."""


class OpenRuns:
    """The runs that processes on this clone write; `folder` holds a file for each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, sqlite3.Connection] = {}

    def add(self, run_id: str) -> None:
        """Tell other processes that this one writes the run."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if lock := _lock(self._folder / run_id, SECONDS):
            self._held[run_id] = lock

    def remove(self, run_id: str) -> None:
        """Take back what `add` told."""
        if lock := self._held.pop(run_id, None):
            lock.close()
            (self._folder / run_id).unlink(missing_ok=True)

    def left(self) -> Iterator[str]:
        """The runs whose process is gone; each stays locked until the next is asked for."""
        for path in self._folder.glob("*"):
            if lock := _lock(path, 0):
                yield path.name
                lock.close()

    def forget(self, run_id: str) -> None:
        """Never again give this run, one of `left`."""
        (self._folder / run_id).unlink(missing_ok=True)


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Wait until no other process on this clone is in here with the same lock file `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    held = _lock(path, SECONDS_TO_BEGIN)
    try:
        yield
    finally:
        if held:
            held.close()


def _lock(path: Path, seconds: float) -> sqlite3.Connection | None:
    """A connection that locks the file until it is closed; None where another process does."""
    lock = sqlite3.connect(path, timeout=seconds, isolation_level=None)
    try:
        lock.execute("PRAGMA journal_mode = OFF")  # else a killed process leaves a second file
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        lock.close()
        return None
    return lock
