"""What visitors' pictures and videos take on the disk: for how long, how much, and who clears up.

All of it lies in one folder of this process. Gradio forgets some files and knows nothing of others;
here whatever is old goes, and what an earlier process of this program left when it was killed.
"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX, LOCK = "fer-", ".fer-lock"
"""How the folders are named, and the file in each that its process holds a lock on."""
QUOTA = 2 * 2**30
"""Bytes of all visitors together."""
SHARE = 1 / 6
"""How often files are looked at, as a share of the time for which they are kept."""
RESERVE = 64 * 2**20
"""Bytes that stay free on the disk, for what is made of uploads."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder for this process, deleted at its end; those of dead ones are deleted first."""
    parent = Path(tempfile.gettempdir())
    clear_leftovers(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    lock = FileLock(folder / LOCK)
    try:
        with lock:
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(parent: Path) -> None:
    """Delete what earlier processes of this program, and of this user, left when they were killed.

    Such a folder has a lock file that nobody holds.
    """
    for lock in parent.glob(f"{PREFIX}*/{LOCK}"):
        folder = lock.parent
        if folder.is_symlink() or not _is_mine(folder):
            continue
        with suppress(Timeout, OSError), FileLock(lock, timeout=0):
            shutil.rmtree(folder, ignore_errors=True)


def _is_mine(folder: Path) -> bool:
    return os.name == "nt" or folder.stat().st_uid == os.getuid()


class Disk:
    """The folder of this process, in which no file of a visitor's grows older than `seconds`."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder, self._seconds = folder, seconds
        self._own: set[Path] = {folder / LOCK}

    def keep(self) -> None:
        """What lies in the folder now is the page's own, and stays."""
        self._own |= set(self._files())

    def used(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _ in map(_look, self._files()))

    def room(self) -> int:
        """Bytes that may still be written."""
        free = shutil.disk_usage(self._folder).free - RESERVE
        return max(0, min(QUOTA - self.used(), free))

    def sweep(self) -> set[str]:
        """Delete what would grow too old before the next time, and empty folders.

        Returns the files.
        """
        old = time.time() - self._seconds * (1 - SHARE)
        swept = {path for path in self._files() if path not in self._own and _look(path)[1] < old}
        for path in swept:
            path.unlink(missing_ok=True)
        for folder in sorted(filter(Path.is_dir, self._folder.rglob("*")), reverse=True):
            with suppress(OSError):  # it is not empty
                if _look(folder)[1] < old:
                    folder.rmdir()
        return {str(path) for path in swept}

    def drop_partial(self) -> None:
        """Delete what uploads that were broken off have left; call while none is under way."""
        for path in self._folder.glob("tmp*"):
            path.unlink(missing_ok=True)

    def sweep_regularly(self, tell: Callable[[set[str]], None]) -> None:
        """Sweep from now on, in a thread of its own, and tell which files went."""

        def work() -> None:
            while True:
                time.sleep(self._seconds * SHARE)
                tell(self.sweep())

        threading.Thread(target=work, name="sweep", daemon=True).start()

    def _files(self) -> list[Path]:
        return [Path(parent, name) for parent, _, names in os.walk(self._folder) for name in names]


def _look(path: Path) -> tuple[int, float]:
    """Size in bytes and time of the last change; nothing and now where it has just gone."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return 0, time.time()
    return found.st_size, found.st_mtime
