"""Many pictures, out of files, folders and zip archives: each one's faces, and figures of all.

Archives come from strangers: nothing of them is ever written to disk, and what is read is bounded.
"""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from .emotions import class_named
from .errors import RecognitionError
from .metrics import accuracy, confusion_matrix, macro_f1
from .picture import PictureError, load_picture
from .recognizer import Face, Recognizer

MAX_FILES = 10_000
"""More files are too many for one visitor of the page."""
MAX_FILE_BYTES = 64 * 2**20
"""A longer file is not read."""
MAX_ARCHIVE_BYTES = 2 * 2**30
"""An archive that unpacks to more is refused."""
MAX_ARCHIVES = 20
"""More archives are not held open at once."""

# Bzip2 and LZMA unpack a few bytes to gigabytes at once, and no program makes such zips by itself.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
"""What `zipfile` raises at damaged archives and at kinds it doesn't know."""

JUNK = ("__MACOSX", "Thumbs.db", "desktop.ini")
"""What operating systems leave in folders and archives, besides hidden files."""


class FolderError(RecognitionError):
    """A folder or archive cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Entry:
    """A file that should be a picture: its name, with `/` between folders, and how to read it.

    `read` returns the file's bytes, or raises PictureError.
    """

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Result:
    """The faces of one picture, the largest first, or why it could not be read.

    `size` is (width, height) in pixels, or None where it could not; `error` says why then, and is
    None else.
    """

    name: str
    size: tuple[int, int] | None = None
    faces: tuple[Face, ...] = ()
    error: PictureError | None = None

    @property
    def folder(self) -> str:
        """The name of the folder that the picture lies in; empty at the top."""
        return self.name.rpartition("/")[0].rpartition("/")[2]


@dataclass(frozen=True)
class Figures:
    """How well the largest face of each picture was recognised, where folders name classes.

    `confusion` counts faces, int (classes, classes): actual class down, predicted class across.
    `faceless` and `unreadable` count the pictures of named classes that are in no figure, `unknown`
    those of each folder that names no class.
    """

    classes: tuple[str, ...]
    confusion: np.ndarray
    faceless: int
    unreadable: int
    unknown: dict[str, int]

    @property
    def faces(self) -> int:
        """How many faces the figures are of."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of faces recognised right, 0..1; there must be some."""
        return accuracy(self.confusion)

    @property
    def macro_f1(self) -> float:
        """Mean F1, 0..1, of the classes that occur; there must be some."""
        return macro_f1(self.confusion)


@contextmanager
def open_pictures(
    paths: Sequence[str | os.PathLike], most: int | None = None
) -> Iterator[list[Entry]]:
    """The files of `paths`, none read yet, for as long as the context lasts.

    A path is that of a picture, of a zip archive, or of a folder, which is searched to the bottom
    and in natural order: 2.png comes before 10.png.
    Raises FolderError where there is no file, more than `most` or more than MAX_ARCHIVES archives,
    and for archives and folders that cannot be read. An archive's links, archives and names that
    lead out of it are entries whose `read` refuses.
    """
    if sum(is_archive(os.fspath(path)) for path in paths) > MAX_ARCHIVES:
        raise FolderError(
            "More than {limit} archives are too many; give them in parts.", limit=MAX_ARCHIVES
        )
    with ExitStack() as stack:
        entries = [entry for path in paths for entry in _entries(Path(path), stack)]
        if not entries:
            if not paths:
                raise FolderError("There are no pictures; choose some.")
            names = ", ".join(_printable(Path(path).name) for path in paths)
            raise FolderError("There are no pictures in {names}; choose some.", names=names)
        if most is not None and len(entries) > most:
            raise FolderError(
                "These are {files:,} files, more than the {limit:,} allowed at once; "
                "give them in parts.",
                files=len(entries),
                limit=most,
            )
        yield entries


def holds_many(path: str | os.PathLike) -> bool:
    """Whether a path is a folder or an archive rather than one picture."""
    return Path(path).is_dir() or is_archive(os.fspath(path))


def is_archive(name: str) -> bool:
    """Whether a file is a zip archive by its name."""
    return name.lower().endswith(".zip")


def recognize(recognizer: Recognizer, entry: Entry) -> tuple[Result, np.ndarray | None]:
    """The faces of one picture, and its pixels as `load_picture` gives them.

    A picture that cannot be read has no pixels, and tells why in `error`.
    """
    try:
        pixels = load_picture(entry.read())
    except PictureError as error:
        # Unlike its copy, the error itself has a traceback, which keeps the file's bytes in memory.
        return Result(entry.name, error=copy(error)), None
    # The activation maps of thousands of pictures would fill the memory.
    faces = tuple(replace(face, maps=None) for face in recognizer(pixels))
    height, width = pixels.shape[:2]
    return Result(entry.name, (width, height), faces), pixels


def figures(results: Sequence[Result], classes: Sequence[str]) -> Figures:
    """How often the largest face shows the class that its picture's folder is named after."""
    pairs: list[tuple[str, str]] = []
    faceless = unreadable = 0
    unknown: dict[str, int] = {}
    for result in results:
        actual = class_named(result.folder, classes)
        if actual is None:
            if result.folder and not result.error:
                unknown[result.folder] = unknown.get(result.folder, 0) + 1
        elif result.error:
            unreadable += 1
        elif not result.faces:
            faceless += 1
        else:
            pairs.append((actual, result.faces[0].label))
    return Figures(tuple(classes), confusion_matrix(pairs, classes), faceless, unreadable, unknown)


def natural_order(name: str) -> tuple[list[object], str]:
    """A sort key by which numbers in names count as numbers, and case does not."""
    parts: list[object] = re.split(r"([0-9]+)", name.lower())
    for place, digits in enumerate(parts[1::2]):
        # Text and digits alternate; Python refuses to read numbers of thousands of digits.
        significant = str(digits).lstrip("0")
        parts[2 * place + 1] = (len(significant), significant)
    return parts, name


def check_length(length: int) -> None:
    """Raise PictureError where a file of so many bytes is not to be read."""
    if length > MAX_FILE_BYTES:
        raise PictureError(
            "The file is longer than the {limit} MB allowed; make it smaller.",
            limit=MAX_FILE_BYTES // 2**20,
        )


def _entries(path: Path, stack: ExitStack) -> list[Entry]:
    if path.is_dir():
        return _in_folder(path)
    if is_archive(path.name):
        return _in_archive(path, stack)
    return [Entry(_printable(path.name), partial(_read_file, path))]


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
            if not _is_junk(relative):
                entries.append(Entry(_printable(relative), partial(_read_file, path)))
    return sorted(entries, key=lambda entry: natural_order(entry.name))


def _read_file(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():  # reading a pipe or a device may never end
            raise PictureError("This is no file; choose a picture.")
        check_length(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise PictureError(
            "The file cannot be read ({reason}); check the path.", reason=error.strerror
        ) from error


def _in_archive(path: Path, stack: ExitStack) -> list[Entry]:
    name = _printable(path.name)
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
    except OSError as error:
        raise FolderError(
            "{name} cannot be read ({reason}); check the path.", name=name, reason=error.strerror
        ) from error
    except UNREADABLE as error:
        raise FolderError(
            "{name} is damaged or no zip archive; pack or download it again.", name=name
        ) from error
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not _is_junk(member.filename)
    ]
    if any(member.flag_bits & 1 for member in members):
        raise FolderError(
            "{name} is encrypted; unpack it and pack it without a password.", name=name
        )
    if sum(member.file_size for member in members) > MAX_ARCHIVE_BYTES:
        raise FolderError(
            "{name} unpacks to more than the {limit} GB allowed; pack it in parts.",
            name=name,
            limit=MAX_ARCHIVE_BYTES // 2**30,
        )
    members.sort(key=lambda member: natural_order(member.filename))
    return [
        Entry(_slashed(_printable(member.filename)), partial(_read_member, archive, member))
        for member in members
    ]


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if _climbs_out(member.filename):
        raise PictureError("The name leads out of the archive; pack the pictures again.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise PictureError("The file is a link to another one; pack the picture itself.")
    if is_archive(member.filename):
        raise PictureError("The file is an archive within an archive; unpack it first.")
    if member.compress_type not in METHODS:
        raise PictureError("The file is packed by an unusual method; pack it as a plain zip.")
    check_length(member.file_size)
    try:
        with archive.open(member) as file:
            # Without a number, a file longer than it claims to be would be unpacked whole.
            return file.read(member.file_size)
    except UNREADABLE as error:
        raise PictureError("The file is damaged within its archive; pack it again.") from error


def _climbs_out(name: str) -> bool:
    """Whether a name in an archive is absolute or leads upwards, on any operating system."""
    first, *_ = parts = _slashed(name).split("/")
    return first == "" or ":" in first or ".." in parts


def _slashed(name: str) -> str:
    """`name` as it should be in an archive; some programs on Windows write it differently."""
    return name.replace("\\", "/")


def _is_junk(name: str) -> bool:
    parts = _slashed(name).split("/")
    return any(part in JUNK or (part.startswith(".") and part.strip(".")) for part in parts)


def _printable(name: str) -> str:
    """`name` without line breaks, and without characters that no terminal can show."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name
    )
