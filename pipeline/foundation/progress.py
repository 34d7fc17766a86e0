"""How far a long step is, for people: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

SECONDS = 20
"""Time between two lines where there is no terminal, as in a log."""


@contextmanager
def progress(total: int, title: str) -> Iterator[Callable[[], object]]:
    """Give what is to be called after each of `total` equal parts; on stderr stands the time left.

    Where all is done within `SECONDS` and there is no terminal, nothing is written.
    """
    if sys.stderr is None:  # closed, as by 2>&-
        yield lambda: None
    elif sys.stderr.isatty():
        columns, lines = shutil.get_terminal_size()  # some terminals say 0; tqdm is mute there
        with tqdm(total=total, desc=title, leave=False, ncols=columns, nrows=lines) as bar:
            yield bar.update
    else:
        yield _lines(total, title)


def _lines(total: int, title: str) -> Callable[[], None]:
    start = told = time.monotonic()
    done = 0

    def after_part() -> None:
        nonlocal done, told
        done += 1
        now = time.monotonic()
        if now - told >= SECONDS:
            told = now
            left = tqdm.format_interval((now - start) / done * (total - done))
            print(f"{title}: {done / total:.0%}, {left} left", file=sys.stderr, flush=True)

    return after_part
