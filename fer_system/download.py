"""Files of others that are not committed: downloaded once, checked and kept."""

import hashlib
import os
import queue
import threading
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Download:
    """A file on the internet: what it is called in messages, where it lies, and what it holds.

    `length` is in bytes, `seconds` how long the download may take altogether.
    """

    title: str
    url: str
    sha256: str
    length: int
    seconds: float

    def is_in(self, content: bytes) -> bool:
        """Whether `content` is that file's."""
        return hashlib.sha256(content).hexdigest() == self.sha256

    def content(self, *places: Path) -> bytes:
        """The file's bytes: from the first of the `places` that holds it, else from the internet.

        What was downloaded is kept at the last of them. OSError says why there is nothing.
        """
        for place in places:
            with suppress(OSError):
                if self.is_in(content := place.read_bytes()):
                    return content
        content = download(self.url, self.length, self.seconds)
        if not self.is_in(content):
            raise OSError(f"what was downloaded is not {self.title} (its SHA-256 differs)")
        _keep(content, places[-1])
        return content


def download(url: str, length: int, seconds: float) -> bytes:
    """What `url` holds, `length` bytes at most and one more, within `seconds`; OSError if nothing.

    A thread, since urllib's time limit covers neither the name look-up nor a trickling answer.
    """
    outcome: queue.Queue[bytes | Exception] = queue.Queue()

    def fetch() -> None:
        try:
            with urllib.request.urlopen(url, timeout=seconds) as answer:
                outcome.put(answer.read(length + 1))
        except Exception as error:
            outcome.put(error)

    threading.Thread(target=fetch, daemon=True).start()
    try:
        result = outcome.get(timeout=seconds)
    except queue.Empty:
        result = TimeoutError(f"no answer within {seconds:g} seconds")
    if isinstance(result, Exception):
        reason = getattr(result, "reason", None)  # a URLError wraps the network's own error
        reason = reason if isinstance(reason, OSError) else result
        raise OSError(f"its download failed ({getattr(reason, 'strerror', None) or reason})")
    return result


def _keep(content: bytes, file: Path) -> None:
    """Write whole or not at all; a folder that can't be written means to download again."""
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(file)
    except OSError:
        with suppress(OSError):
            partial.unlink()
