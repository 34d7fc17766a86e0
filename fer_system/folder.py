"""Many pictures, out of files, folders and zip archives, and the faces of each."""

import os
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

import numpy as np

from .archive import is_archive, open_archive
from .errors import FolderError
from .picture import PictureError, alone_if_large, check_length, is_junk, load_picture, printable
from .recognizer import Recognizer
from .results import Result
from .search import DETAIL, Detail

MAX_FILES = 10_000
"""More files are too many for one visitor of the page."""
MAX_ARCHIVES = 20
"""More archives are not held open at once."""
MAX_NAME = 1000
"""Letters of a name with its folders; no system has files of longer ones."""

SUFFIXES = (
    "", ".", ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib",
    ".tif", ".tiff", ".pbm", ".pgm", ".ppm", ".pnm", ".pfm", ".avif", ".avifs", ".heic", ".heif",
    ".jxl", ".jp2", ".svg", ".ico", ".tga", ".psd", ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw",
    ".orf", ".rw2", ".raf", ".zip",
)  # fmt: skip
"""How pictures and archives of them are named, in small letters, whether or not they can be read.
Files of other names are left aside."""


@dataclass(frozen=True)
class Entry:
    """A file that should be a picture: its name, with `/` between folders, and how to read it.

    `read` returns the file's bytes, or raises PictureError.
    """

    name: str
    read: Callable[[], bytes]


@contextmanager
def open_pictures(
    paths: Sequence[str | os.PathLike[str]], most: int | None = None
) -> Iterator[tuple[list[Entry], int]]:
    """The pictures of `paths`, none read yet, and how many other files there are.

    A path is that of a picture, of a zip archive, or of a folder, which is searched to the bottom
    and in natural order: 2.png comes before 10.png. A file is a picture by its name, after
    SUFFIXES, or where it is the only path. They can be read for as long as the context lasts.
    Raises FolderError where there is no picture, more than `most` or more than MAX_ARCHIVES
    archives, and for archives and folders that cannot be read. An archive's links, archives and
    names that lead out of it or are too long are entries whose `read` refuses.
    """
    if sum(is_archive(os.fspath(path)) for path in paths) > MAX_ARCHIVES:
        raise FolderError(
            "More than {limit} archives are too many; give them in parts.", limit=MAX_ARCHIVES
        )
    with ExitStack() as stack:
        is_one = len(paths) == 1 and not holds_many(paths[0])
        entries: list[Entry] = []
        left_aside = 0
        for path in paths:
            files = _entries(Path(path), stack)
            known = [entry for entry in files if is_one or is_named_like_a_picture(entry.name)]
            left_aside += len(files) - len(known)
            _check_count(len(entries) + len(known), most)  # before they are put in order
            known.sort(key=lambda entry: natural_order(entry.name))
            entries += map(_bounded, known)
        if not entries:
            if not paths:
                raise FolderError("There are no pictures; choose some.")
            names = ", ".join(printable(Path(path).name) for path in paths)
            raise FolderError("There are no pictures in {names}; choose some.", names=names)
        yield entries, left_aside


def is_named_like_a_picture(name: str) -> bool:
    """Whether a file may be a picture, or an archive of some, by its name."""
    return posixpath.splitext(name)[1].lower() in SUFFIXES


def _check_count(files: int, most: int | None) -> None:
    if most is not None and files > most:
        raise FolderError(
            "These are {files:,} files, more than the {limit:,} allowed at once; "
            "give them in parts.",
            files=files,
            limit=most,
        )


def holds_many(path: str | os.PathLike[str]) -> bool:
    """Whether a path is a folder or an archive rather than one picture."""
    return _is_folder(Path(path)) or is_archive(os.fspath(path))


def recognize(
    recognizer: Recognizer,
    entry: Entry,
    detail: Detail = DETAIL,
    threshold: float | None = None,
) -> tuple[Result, np.ndarray | None]:
    """The faces of one picture, and its pixels as `load_picture` gives them.

    A picture that cannot be read has no pixels, and tells why in `error`. `threshold`, 0..1, takes
    the place of the recogniser's.
    """
    try:
        content = entry.read()
        with alone_if_large(content):
            pixels = load_picture(content)
            faces = tuple(recognizer(pixels, detail, threshold=threshold, quality=True))
    except PictureError as error:
        # Unlike its copy, the error itself has a traceback, which keeps the file's bytes in memory.
        return Result(entry.name, error=copy(error)), None
    height, width = pixels.shape[:2]
    return Result(entry.name, (width, height), faces), pixels


def natural_order(name: str) -> tuple[list[object], str]:
    """A sort key by which numbers in names count as numbers, and case does not."""
    parts: list[object] = re.split(r"([0-9]+)", name.lower())
    for place, digits in enumerate(parts[1::2]):
        # Text and digits alternate; Python refuses to read numbers of thousands of digits.
        significant = str(digits).lstrip("0")
        parts[2 * place + 1] = (len(significant), significant)
    return parts, name


def _entries(path: Path, stack: ExitStack) -> list[Entry]:
    if _is_folder(path):
        return _in_folder(path)
    if is_archive(path.name):
        return [Entry(*member) for member in open_archive(path, stack)]
    return [Entry(printable(path.name), partial(read_file, path))]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # its name is too long for any file
        return False


def _bounded(entry: Entry) -> Entry:
    """`entry`, or one with the beginning of its name that cannot be read, where that is endless."""
    if len(entry.name) <= MAX_NAME:
        return entry
    return Entry(f"{entry.name[:MAX_NAME]}\N{HORIZONTAL ELLIPSIS}", _refuse_name)


def _refuse_name() -> NoReturn:
    raise PictureError("The name is too long; give the picture a shorter one.")


def _in_folder(folder: Path) -> list[Entry]:
    def give_up(error: OSError) -> None:
        raise FolderError(
            "The folder {name} cannot be read ({reason}); check its permissions.",
            name=error.filename,
            reason=error.strerror,
        ) from error

    entries = []
    for parent, _, names in os.walk(folder, onerror=give_up):
        for name in names:
            path = Path(parent, name)
            relative = path.relative_to(folder).as_posix()
            if not any(map(is_junk, relative.split("/"))):
                entries.append(Entry(printable(relative), partial(read_file, path)))
    return entries


def read_file(path: Path) -> bytes:
    """All of a file that should be a picture; raises PictureError where that can't be."""
    try:
        if path.exists() and not path.is_file():  # reading a pipe or a device may never end
            raise PictureError("This is no file; choose a picture.")
        check_length(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise PictureError(
            "The file cannot be read ({reason}); check the path.", reason=error.strerror
        ) from error
