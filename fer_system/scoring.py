"""Any number of pictures -> one record a face, in bounded memory, by threads or processes."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from itertools import starmap
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue

from .folder import Entry, read_file, recognize
from .picture import PictureError, check_length
from .recognizer import Recognizer
from .records import Record, csv_header, csv_rows
from .results import Result

Picture = str | os.PathLike[str] | bytes | tuple[str, bytes]
"""A picture's path, the bytes of its file, or a name and the bytes."""

_recognizer: Recognizer | None = None
"""That of a process which was started to recognise."""


def score(
    pictures: Iterable[Picture],
    recognizer: Recognizer | None = None,
    *,
    threads: int = 1,
    processes: int = 0,
) -> Iterator[Record]:
    """One record a face, in the order of the pictures; fer_system.records tells its names.

    A picture without a face has one record, one that can't be read too, with `error`. `source` is
    the path or the name as it was given, "picture 7" for the seventh of mere bytes. What is empty
    is None. `pictures` may be endless: it is read no further ahead than there is work for.

    `threads` work side by side on one `recognizer`, by default the champion's. With `processes`
    each of so many has its own; a picture that ends its process by a fault of some decoder gets a
    record with `error`, and a process that is killed is replaced. They are started as
    multiprocessing's "spawn" does it: a script calls this under `if __name__ == "__main__":`.

    Raises at once ModelError and DetectorError, and ValueError for numbers below 1 (below 0) and
    for a model with a class called like another column; RuntimeError where no process can be
    started.
    """
    recognizer = recognizer or Recognizer()
    if threads < 1 or processes < 0:
        raise ValueError("Give 1 thread or more, and 0 processes or more.")
    header = csv_header(recognizer.classes)
    for name in {name for name in header if header.count(name) > 1}:
        raise ValueError(
            f"A class is called {name}, as another column is; call a Recognizer, whose faces keep "
            "their probabilities apart."
        )
    return _records(pictures, recognizer, header, threads, processes)


def _records(
    pictures: Iterable[Picture],
    recognizer: Recognizer,
    header: list[str],
    threads: int,
    processes: int,
) -> Iterator[Record]:
    entries = starmap(_entry, enumerate(pictures, start=1))
    with ExitStack() as stack:
        if processes:
            work = stack.enter_context(_processes(recognizer, processes))
        else:
            work = partial(_faces, recognizer)
        results = _side_by_side(work, entries, processes or threads)
        for result in stack.enter_context(closing(results)):
            for row in csv_rows(result, recognizer.classes):
                yield dict(zip(header, row, strict=True))


def _entry(number: int, picture: Picture) -> Entry:
    match picture:
        case bytes():
            return Entry(f"picture {number}", partial(_checked, picture))
        case (str(name), bytes(content)):
            return Entry(name, partial(_checked, content))
        case str() | os.PathLike():
            name = os.fspath(picture)
            # A name that is no text in the file system's encoding could not be written anywhere.
            readable = name.encode(errors="replace").decode()
            return Entry(readable, partial(read_file, Path(picture)))
    return Entry(f"picture {number}", partial(_refuse, type(picture).__name__))


def _checked(content: bytes) -> bytes:
    check_length(len(content))
    return content


def _refuse(kind: str) -> bytes:
    raise PictureError("This is no picture but {kind}; give a path or bytes.", kind=kind)


def _faces(recognizer: Recognizer, entry: Entry) -> Result:
    return recognize(recognizer, entry)[0]


def _side_by_side(
    work: Callable[[Entry], Result], entries: Iterable[Entry], workers: int
) -> Generator[Result, None, None]:
    """The results in the order of the entries, of which but a few are taken ahead."""
    waiting: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(workers)
    try:
        for entry in entries:
            waiting.append(pool.submit(work, entry))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:  # also where nobody wants the rest
        pool.shutdown(cancel_futures=True)


@contextmanager
def _processes(recognizer: Recognizer, number: int) -> Iterator[Callable[[Entry], Result]]:
    """What recognises a picture in whichever of so many processes is idle."""
    with ExitStack() as stack:
        idle: SimpleQueue[_Process] = SimpleQueue()
        for _ in range(number):
            process = _Process(recognizer)
            stack.callback(process.end)
            idle.put(process)

        def work(entry: Entry) -> Result:
            process = idle.get()
            try:
                return process(entry)
            finally:
                idle.put(process)

        yield work


class _Process:
    """A process that recognises one picture after another, and is replaced where it ends."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._pool = self._started()

    def __call__(self, entry: Entry) -> Result:
        for _ in range(2):  # whoever was killed for another's fault succeeds the second time
            try:
                return self._pool.submit(_faces_here, entry).result()
            except BrokenProcessPool:
                self._pool = self._started()
        return Result(
            entry.name,
            error=PictureError("The picture ends every process that reads it; save it again."),
        )

    def end(self) -> None:
        """End the process when its picture is done."""
        self._pool.shutdown()

    def _started(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(1, get_context("spawn"), _open, (self._recognizer,))
        try:
            pool.submit(os.getpid).result()
        except BrokenProcessPool as error:
            raise RuntimeError(
                'No process can be started; is this called under `if __name__ == "__main__":`, '
                "and is there memory left?"
            ) from error
        return pool


def _open(recognizer: Recognizer) -> None:
    global _recognizer
    _recognizer = recognizer


def _faces_here(entry: Entry) -> Result:
    assert _recognizer is not None
    return _faces(_recognizer, entry)
