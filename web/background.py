"""Long work that lets pictures and the webcam, for which somebody is waiting, go first."""

import os
import queue
import sys
import threading
from collections.abc import Generator, Iterator
from contextvars import copy_context
from typing import TypeVar

Step = TypeVar("Step")

NICENESS = 10
"""As of the command `nice`."""


def in_background(steps: Iterator[Step]) -> Generator[Step, None, None]:
    """The same steps, taken in a thread of low priority; closing this iterator ends them.

    On Linux threads have priorities of their own, which those that they start inherit: FFmpeg's
    too. Elsewhere the thread is one like any other.
    """
    done = object()
    ready: queue.Queue[Step | object] = queue.Queue(maxsize=1)
    wanted = threading.Semaphore(0)
    is_over = threading.Event()
    failure: list[BaseException] = []

    def work() -> None:
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            wanted.acquire()
            for step in steps:
                ready.put(step)
                wanted.acquire()
                if is_over.is_set():
                    break
        except BaseException as error:
            failure.append(error)
        finally:
            steps.close()  # type: ignore[attr-defined]
            ready.put(done)

    run = copy_context().run  # what is said is said in the visitor's language
    thread = threading.Thread(target=run, args=(work,), name="background", daemon=True)
    thread.start()
    try:
        while True:
            wanted.release()
            step = ready.get()
            if step is done:
                break
            yield step  # type: ignore[misc]
        if failure:
            raise failure[0]
    finally:
        is_over.set()
        wanted.release()
        thread.join()
