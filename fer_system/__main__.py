"""Command line: `fer INPUT`, in the repository also `python -m fer_system INPUT`.

Faces go to stdout, everything else to stderr. `fer camera` is `camera_command`.
"""

import argparse
import errno
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from . import __version__
from .camera import RTSP, hide_secrets
from .camera_command import CAMERA, parse_camera_flags, watch_camera
from .drawing import annotate
from .errors import FolderError
from .film import SUFFIXES
from .folder import Entry, holds_many, open_pictures, recognize
from .intervals import warning_of
from .picture import FORMATS, MAX_FILE_BYTES, PictureError, check_length
from .recognizer import Recognizer
from .records import (
    csv_header,
    csv_rows,
    csv_text,
    describe_figures,
    describe_model,
    describe_picture,
)
from .results import Figures, Result, figures
from .search import DETAIL, LONGEST_SEEN
from .terminal import add_recognizer_flags, complain, leave_stdout, open_recognizer, out
from .video import VideoError, VideoReport, annotate_video

EXIT_CODES = """\
exit codes:
  0  everything was read, whether or not there is a face in it
  1  something could not be read; stderr tells what and why
  2  wrong usage, no usable model or face detector, or the output cannot be written
  130  interrupted by Ctrl+C

"fer camera" watches a camera; "fer camera --help" tells how. Where a picture or folder is itself
called camera, write ./camera.
"""


def parse_flags(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line of pictures and videos; a wrong flag ends the program with exit code 2."""
    parser = argparse.ArgumentParser(
        prog="fer",
        description="Find the faces in pictures and tell the emotion of each.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "input",
        metavar="PICTURE|FOLDER|VIDEO|-",
        help="a picture, a folder or a zip archive of pictures, a video, or - for a picture on "
        "stdin; folders named like classes give accuracy and macro-F1 too",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json",
        action="store_true",
        help="one JSON object per picture and line; of a video one in all",
    )
    form.add_argument("--csv", action="store_true", help="a table with one line per face")
    parser.add_argument(
        "--annotate",
        type=Path,
        metavar="OUT",
        help="also draw the faces: a file for one picture or video, a folder for many pictures",
    )
    parser.add_argument(
        "--detail",
        choices=LONGEST_SEEN,
        default=DETAIL,
        help="how thoroughly pictures, not videos, are searched for small faces: in a copy of 640, "
        "1280 or 2560 pixels at most (default: normal)",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    add_recognizer_flags(parser)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Recognise what the command line names and write it down; returns the exit code."""
    words = sys.argv[1:] if arguments is None else [*arguments]
    watching = words[:1] == [CAMERA]
    flags = parse_camera_flags(words[1:]) if watching else parse_flags(words)
    try:
        return watch_camera(flags) if watching else recognize_input(flags)
    except (FolderError, VideoError) as error:
        complain(str(error))
        return 1
    except ValueError as error:
        complain(str(error))
        return 2
    except BrokenPipeError:  # whoever reads has enough; Python would complain at its end
        leave_stdout()
        return 0
    except OSError as error:
        complain(f"{error.filename or 'The output'} cannot be written ({error.strerror or error}).")
        return 2
    except KeyboardInterrupt:
        leave_stdout()
        return 130


def recognize_input(flags: argparse.Namespace) -> int:
    """Write down the faces of pictures or of a video; returns the exit code."""
    if flags.input.lower().startswith(RTSP):
        raise ValueError(f"{hide_secrets(flags.input)} is a camera: type fer camera before it.")
    check_target(flags.annotate, flags.input)
    recognizer = open_recognizer(flags)
    work = recognize_video if is_video(flags.input) else recognize_pictures
    return work(recognizer, flags)


def recognize_pictures(recognizer: Recognizer, flags: argparse.Namespace) -> int:
    """Write down the faces of every picture, one picture after the other."""
    classes, results = recognizer.classes, []
    if flags.csv:
        out(csv_text([csv_header(classes)]))
    with find_entries(flags.input) as (entries, left_aside):
        for number, entry in enumerate(entries, start=1):
            result, pixels = recognize(recognizer, entry, flags.detail)
            if flags.annotate and pixels is not None:
                result = draw(result, pixels, flags)
            out(written(result, flags, recognizer))
            if result.turned:
                complain(
                    f"{result.name}: turned clockwise by {result.turned} degrees to find faces."
                )
            if result.error:
                complain(f"{result.name}: {result.error}")
            show_progress(number, len(entries))
            results.append(result)
    if left_aside:
        complain(f"{counted(left_aside)} left aside, not named like pictures.")
    found = figures(results, classes)
    if found.faces:
        conclude(found, flags)
    return 1 if any(result.error for result in results) else 0


def recognize_video(recognizer: Recognizer, flags: argparse.Namespace) -> int:
    """Write down the faces of a video: the whole table, or a line for each face."""
    with TemporaryDirectory() as folder:
        target = flags.annotate or Path(folder, "video.mp4")
        target.parent.mkdir(parents=True, exist_ok=True)
        for report in annotate_video(flags.input, target, recognizer):
            show_share(report)
        if flags.json or flags.csv:
            found = target.with_suffix(".json") if flags.json else report.table
            out(found.read_bytes().decode())
    if not (flags.json or flags.csv):
        out("".join(f"{flags.input}: {line}\n" for line in lines_of(report)))
    return 0


def lines_of(report: VideoReport) -> list[str]:
    """A sentence for every face of a video: when it is seen, and which emotions it shows then."""
    lines = []
    for face in report.timeline.faces:
        shares = ", ".join(
            f"{label or 'uncertain'} {share:.0%}" for label, share in face.shares.items()
        )
        lines.append(f"face {face.id}, {face.first:.1f} s to {face.last:.1f} s: {shares}")
    return lines or ["no face"]


def written(result: Result, flags: argparse.Namespace, recognizer: Recognizer) -> str:
    """What stdout gets about one picture, in the form that `flags` ask for."""
    if flags.json:
        return json.dumps(describe_model(recognizer) | describe_picture(result)) + "\n"
    if flags.csv:
        return csv_text(csv_rows(result, recognizer.classes))
    return sentences(result)


def conclude(found: Figures, flags: argparse.Namespace) -> None:
    """Write down the figures of all pictures; a table on stdout stays a table."""
    if flags.json:
        out(json.dumps({"figures": describe_figures(found)}) + "\n")
    elif flags.csv:
        complain(summary(found))
    else:
        out(summary(found) + "\n")


def counted(files: int) -> str:
    """So many files, and the verb that goes with them."""
    return f"{files:,} files were" if files > 1 else "1 file was"


def sentences(result: Result) -> str:
    """A line for every face of a picture, or one where there is none; none where it failed."""
    if result.error:
        return ""
    if not result.faces:
        return f"{result.name}: no face\n"
    lines = []
    for face in result.faces:
        left, top, width, height = face.box
        label = f"uncertain, perhaps {face.label}" if face.uncertain else face.label
        place = f"left {left}, top {top}, {width} x {height}"
        lines.append(f"{result.name}: {label} {face.confidence:.0%} ({place})\n")
    return "".join(lines)


def summary(found: Figures) -> str:
    """Figures as one line, with the pictures that are in none."""
    accuracy, f1 = (found.intervals_95[name] for name in ("accuracy", "macro_f1"))
    line = (
        f"Accuracy {found.accuracy:.1%} (95 % interval {accuracy['low']:.1%} to "
        f"{accuracy['high']:.1%}), macro-F1 {found.macro_f1:.3f} ({f1['low']:.3f} to "
        f"{f1['high']:.3f}), on the largest faces of {found.faces:,} pictures; "
        f"{found.faceless:,} without a face, {found.unreadable:,} unreadable"
    )
    unknown = sum(found.unknown.values())
    counted = f"{line}, {unknown:,} in folders that name no class." if unknown else f"{line}."
    warning = warning_of(found.faces)
    return f"{counted} Warning: {warning}." if warning else counted


@contextmanager
def find_entries(source: str) -> Iterator[tuple[list[Entry], int]]:
    """The pictures that the command line names, and how many other files; raises FolderError."""
    if source == "-":
        yield [Entry("-", read_standard_input)], 0
    else:
        with open_pictures([source]) as found:
            yield found


def read_standard_input() -> bytes:
    """All of stdin; raises PictureError where that is too much."""
    content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    check_length(len(content))
    return content


def check_target(target: Path | None, source: str) -> None:
    """Raise ValueError where the drawn pictures can't or shouldn't be written to `target`."""
    if target is None:
        return
    if source != "-" and target.resolve() == Path(source).resolve():
        raise ValueError(f"{target} is the input itself; give another place for what is drawn.")
    if holds_many(source):
        return
    if is_video(source):
        if target.suffix.lower() != ".mp4":
            raise ValueError(f"{target} is not named like an MP4 file; call it {target}.mp4, say.")
    elif not is_picture_name(target):
        raise ValueError(f"{target} is not named like a picture; call it {target}.png, say.")
    if target.is_dir():
        raise ValueError(f"{target} is a folder; name a file in it.")


def is_video(source: str) -> bool:
    """Whether a file is a video by its name."""
    return source.lower().endswith(SUFFIXES)


def is_picture_name(path: Path) -> bool:
    """Whether a picture can be written to `path`, by its suffix."""
    kind = Image.registered_extensions().get(path.suffix.lower())
    return kind in FORMATS and kind in Image.SAVE


def target_of(name: str, flags: argparse.Namespace) -> Path:
    """Where the drawn picture of an entry is written to."""
    target: Path = flags.annotate
    if not holds_many(flags.input):
        return target
    target = target / name
    return target if is_picture_name(target) else target.with_name(f"{target.name}.png")


def draw(result: Result, pixels: np.ndarray, flags: argparse.Namespace) -> Result:
    """`result`, its faces drawn to where `flags` tell, or its error where no file is called so."""
    try:
        save(annotate(pixels, result.faces), target_of(result.name, flags))
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG or not holds_many(flags.input):
            raise
        refusal = PictureError("The name is too long; give the picture a shorter one.")
        return Result(result.name, error=refusal)
    return result


def save(picture: np.ndarray, path: Path) -> None:
    """Write uint8 RGB (height, width, 3); `path` is never a half-written file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"partial-{os.getpid()}{path.suffix}")
    try:
        Image.fromarray(picture).save(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def show_progress(number: int, total: int) -> None:
    """Tell people, on stderr, how far it is; not where the results themselves tell it."""
    if sys.stderr.isatty() and not sys.stdout.isatty() and total > 1:
        end = "\n" if number == total else ""
        print(f"\r{number:,} of {total:,} pictures", end=end, file=sys.stderr, flush=True)


def show_share(report: VideoReport) -> None:
    """Tell people, on stderr, how much of a video is done."""
    if sys.stderr.isatty() and report.done is not None:
        end = "\n" if report.done == 1 else ""
        print(f"\r{report.done:.0%} of the video", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
