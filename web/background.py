"""Long work that lets pictures and the webcam, for which somebody is waiting, go first."""

import os
import sys
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

from fer_system.prefetch import prefetch

Step = TypeVar("Step")

NICENESS = 10
"""As of the command `nice`."""


def in_background(steps: Iterator[Step]) -> Generator[Step, None, None]:
    """The same steps, taken in a thread of low priority; closing this iterator ends them.

    On Linux threads have priorities of their own, which those that they start inherit: FFmpeg's
    too. Elsewhere the thread is one like any other.
    """
    return prefetch(_slowly(steps), ahead=0)


def _slowly(steps: Iterator[Step]) -> Generator[Step, None, None]:
    if sys.platform == "linux":
        thread = threading.get_native_id()
        now = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, now))  # only root may raise it
    yield from steps
