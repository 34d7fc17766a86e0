"""Memory that goes back to the system when a large picture is done with."""

import ctypes
import sys
import threading
import time
from collections.abc import Callable

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names of glibc's `mallopt`, from its malloc.h."""
LARGE, SPARE, ARENAS = 8 * 2**20, 32 * 2**20, 2
"""Bytes from which on a block is the system's own, bytes kept for later, and heaps."""
SECONDS_BETWEEN_TRIMS = 10.0
"""Each takes about 10 ms, beside the other threads."""


def give_back_memory() -> None:
    """Have the C library keep little of what is freed; does nothing where it isn't glibc.

    By itself it learns to keep blocks of up to 32 MB, in a heap for nearly every thread: after some
    large pictures a page held 1.5 GB for good, so 0.02.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    mallopt = getattr(library, "mallopt", None)
    if library is None or mallopt is None:
        return
    mallopt(M_MMAP_THRESHOLD, LARGE)
    mallopt(M_TRIM_THRESHOLD, SPARE)
    mallopt(M_ARENA_MAX, ARENAS)
    threading.Thread(target=_trim, args=(library.malloc_trim,), name="trim", daemon=True).start()


def _trim(malloc_trim: Callable[[int], int]) -> None:
    """Give back what lies free in the midst of the heaps too, 80 MB after a crowd, from now on."""
    while True:
        time.sleep(SECONDS_BETWEEN_TRIMS)
        malloc_trim(0)
