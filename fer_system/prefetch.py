"""Work side by side: an iterator's steps are taken in a thread of their own, a few ahead."""

import queue
import threading
from collections.abc import Generator
from contextlib import closing
from contextvars import copy_context
from typing import TypeVar

Step = TypeVar("Step")


def prefetch(steps: Generator[Step, None, None], ahead: int = 4) -> Generator[Step, None, None]:
    """The steps of a generator, taken in a thread, at most `ahead` before they are asked for.

    What `steps` raises is raised here, after the steps before it. When this iterator ends or is
    closed, `steps` is closed, in its thread, before this goes on. The thread inherits the context
    and, on Linux, the priority of the one that asks for the first step.
    """
    over = object()
    ready: queue.SimpleQueue[Step | object] = queue.SimpleQueue()
    wanted = threading.Semaphore(ahead)
    is_over = threading.Event()
    failure: list[BaseException] = []

    def work() -> None:
        try:
            with closing(steps):
                while wanted.acquire() and not is_over.is_set():
                    ready.put(next(steps))
        except StopIteration:
            pass
        except BaseException as error:
            failure.append(error)
        finally:
            ready.put(over)

    run = copy_context().run  # what is said is said in the language of who asks
    thread = threading.Thread(target=run, args=(work,), name="prefetch", daemon=True)
    thread.start()
    try:
        while True:
            wanted.release()
            step = ready.get()
            if step is over:
                break
            yield step  # type: ignore[misc]
        if failure:
            raise failure[0]
    finally:
        is_over.set()
        wanted.release()
        thread.join()
