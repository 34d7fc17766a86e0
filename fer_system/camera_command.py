"""Command line: `fer camera`, the faces of a camera as they come.

Records go to stdout, everything else to stderr.
"""

import argparse
import io
import json
import math
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from .camera import Camera, Moment, Outage, find_camera, hide_secrets, watch
from .drawing import annotate
from .film import USUAL_RATE, Film, Frame, Writer
from .mjpeg import PictureServer
from .recognizer import Recognizer
from .records import Record, csv_header, csv_row, csv_text, describe_model, describe_moment
from .terminal import add_recognizer_flags, complain, leave_stdout, open_recognizer, out

CAMERA = "camera"
"""The first word of the command line that makes it this command."""

HTTP = "http://"

Show = Callable[[Moment], None]

DESCRIPTION = """\
Watch a camera and write down its faces as they come: one JSON object per face and moment and line,
and one without a face when nobody is seen any more. A camera that is lost is tried again.
"""

EPILOG = """\
exit codes:
  0  the file came to its end, whoever read stdout has enough, or SIGTERM ended it
  1  the file is damaged; stderr tells where
  2  wrong usage, no such camera, no usable model or face detector, or the output cannot be written
  130  ended by Ctrl+C

A file called like a number is given as ./0.
"""


class Terminated(Exception):  # noqa: N818, since it is no error
    """SIGTERM came."""


class Parser(argparse.ArgumentParser):
    """Like any parser, but what it complains of may be an address with a password."""

    def error(self, message: str) -> NoReturn:
        """End the program with exit code 2."""
        super().error(hide_secrets(message))


def parse_camera_flags(arguments: list[str]) -> argparse.Namespace:
    """What stands after `fer camera`; a wrong flag ends the program with exit code 2."""
    parser = Parser(
        prog=f"fer {CAMERA}",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        nargs="?",
        default="0",
        metavar="NUMBER|rtsp://...|FILE",
        help="the camera's number on this computer, its address, or a video file that stands in "
        "for one and is played at its own pace (default: 0)",
    )
    parser.add_argument(
        "--every",
        type=float,
        metavar="SECONDS",
        help="at most one moment in so many seconds (default: as many as there are)",
    )
    parser.add_argument("--csv", action="store_true", help="a table with one line per face")
    parser.add_argument(
        "--annotate",
        metavar="TARGET",
        help="also draw the faces: into a video, OUT.mp4, or for browsers and dashboards as Motion "
        "JPEG at http://127.0.0.1:PORT",
    )
    add_recognizer_flags(parser)
    return parser.parse_args(arguments)


def watch_camera(flags: argparse.Namespace) -> int:
    """Write down what the camera shows until its end, or until all is to end; the exit code."""
    camera, every = find_camera(flags.source), seconds_between(flags.every)
    try:
        with ended_by_sigterm(), shown(flags.annotate, camera) as show:
            recognizer = open_recognizer(flags)
            with closing(watch(camera, recognizer, every)) as moments:
                write_down(moments, camera.name, recognizer, flags.csv, show)
    except Terminated:
        leave_stdout()
    return 0


def seconds_between(every: float | None) -> float:
    """The seconds that `--every` gives, 0 where it isn't given; raises ValueError."""
    if every is None:
        return 0.0
    if not 0 < every < math.inf:  # NaN fails too
        raise ValueError(f"--every is {every:g}; give a number of seconds above 0.")
    return every


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """SIGTERM raises Terminated within; a second one ends the program at once."""

    def end(*_: object) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def write_down(
    moments: Iterable[Moment | Outage],
    name: str,
    recognizer: Recognizer,
    as_csv: bool,
    show: Show,
) -> None:
    """Write the records of the camera called `name` to stdout, and hand its moments to `show`."""
    started = datetime.now().astimezone().isoformat(timespec="seconds")
    head, classes = describe_model(recognizer) | {"started": started}, recognizer.classes
    if as_csv:
        out(csv_text([csv_header(classes)]))
    before: Moment | Outage | None = None
    for moment in announced(moments, name, started):
        if isinstance(moment, Moment):
            show(moment)
        if says_more(moment, before):
            out(as_text(records_of(moment, name, classes), None if as_csv else head))
        elif reader_left():
            raise BrokenPipeError
        before = moment


def announced(
    moments: Iterable[Moment | Outage], name: str, started: str
) -> Iterator[Moment | Outage]:
    """The moments; stderr tells when they begin, when the camera is lost and when it is back."""
    before: Moment | Outage | None = None
    for moment in moments:
        if isinstance(moment, Outage):
            complain(f"{moment.error} It is tried again after 1, 2, 4 ... 60 seconds.")
        elif before is None:
            complain(f"Watching {name} since {started}; Ctrl+C ends it.")
        elif isinstance(before, Outage):
            complain(f"{name} is back after {moment.time - before.time:.0f} seconds.")
        before = moment
        yield moment


def says_more(moment: Moment | Outage, before: Moment | Outage | None) -> bool:
    """Whether a moment is more than one without a face after another one without."""
    return not (
        isinstance(moment, Moment)
        and isinstance(before, Moment)
        and not (moment.faces or before.faces)
    )


def records_of(moment: Moment | Outage, name: str, classes: Sequence[str]) -> list[Record]:
    """The records of a moment, or the one of an outage."""
    if isinstance(moment, Outage):
        return describe_moment((), name, moment.time, classes, str(moment.error))
    return describe_moment(moment.faces, name, moment.time, classes)


def as_text(records: Sequence[Record], head: Record | None) -> str:
    """Records as lines of JSON, each with the `head`, or of CSV where there is none."""
    if head is None:
        return csv_text(map(csv_row, records))
    return "".join(json.dumps(head | record) + "\n" for record in records)


def reader_left() -> bool:
    """Whether nobody can read stdout any more, so that no camera is watched for nothing."""
    if sys.platform == "win32":
        return False  # there the next record tells
    poll = select.poll()
    with suppress(io.UnsupportedOperation):  # a Python program may read it as text
        poll.register(sys.stdout.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


@contextmanager
def shown(target: str | None, camera: Camera) -> Iterator[Show]:
    """What draws moments where `--annotate` says; raises ValueError where it can't be there."""
    if target is None:
        yield lambda moment: None
    elif target.lower().startswith(HTTP):
        with closing(open_server(target)) as server:
            complain(f"The pictures are at {server.address}")
            yield lambda moment: server.show(annotate(moment.pixels, moment.faces))
    else:
        with closing(Recording(video_path(target, camera))) as recording:
            yield recording.add


def open_server(target: str) -> PictureServer:
    """A server at the address `target`; raises ValueError where there can't be one."""
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if host is None or port is None or parts.path not in ("", "/"):
        raise ValueError(f"{target} is no address for pictures; write {HTTP}127.0.0.1:8090, say.")
    try:
        return PictureServer(host, port)
    except OSError as error:
        raise ValueError(
            f"{target} can't be served at ({error.strerror}); take another."
        ) from error


def video_path(target: str, camera: Camera) -> Path:
    """Where the video is written to; raises ValueError where it shouldn't be."""
    path = Path(target)
    if path.suffix.lower() != ".mp4":
        raise ValueError(f"{target} is neither named like an MP4 file nor {HTTP}HOST:PORT.")
    if camera.kind == "file" and path.resolve() == Path(camera.address).resolve():
        raise ValueError(f"{target} is the input itself; give another place for what is drawn.")
    if path.is_dir():
        raise ValueError(f"{target} is a folder; name a file in it.")
    return path


class Recording:
    """An MP4 file at `path` of the moments that are added; it is there when this is closed.

    Until then it is called partial-...; what a killed program leaves of it can be played.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._partial = path, path.with_name(f"partial-{os.getpid()}-{path.name}")
        self._writer: Writer | None = None
        self._start = 0.0
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, moment: Moment) -> None:
        """Append the picture of a moment, its faces drawn on it; raises OSError."""
        picture = annotate(moment.pixels, moment.faces)
        if self._writer is None:
            height, width = picture.shape[:2]
            film = Film(width, height, turns=0, rate=USUAL_RATE, duration=None)
            self._writer, self._start = Writer(self._partial, film), moment.time
        try:
            self._writer.write(Frame(picture, moment.time - self._start, float(1 / USUAL_RATE)))
        except OSError:
            self._writer = None  # a full disk has no room for the file's end either
            raise

    def close(self) -> None:
        """Complete the file; without a picture there is none."""
        if self._writer is not None:
            with self._writer:
                pass  # its end is what completes it
            self._partial.replace(self._path)
