"""Zip archives of strangers: what is read is bounded, and nothing is written to disk."""

import io
import math
import stat
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from .errors import FolderError
from .picture import PictureError, check_length, is_junk, printable

MAX_BYTES = 2 * 2**30
"""An archive that unpacks to more is refused."""

MAX_DIRECTORY = 8 * 2**20
"""An archive whose list of files has more bytes is refused: 10,000 pictures need a tenth of it."""

# Bzip2 and LZMA unpack a few bytes to gigabytes at once, and no program makes such zips by itself.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
"""What `zipfile` raises at damaged archives and at kinds it doesn't know."""

Member = tuple[str, Callable[[], bytes]]
"""A file's name, with `/` between folders, and what reads it, or raises PictureError."""


def is_archive(name: str) -> bool:
    """Whether a file is a zip archive by its name."""
    return name.lower().endswith(".zip")


def open_archive(path: Path, stack: ExitStack) -> list[Member]:
    """The files in the zip archive at `path`, none read yet, for as long as `stack` lasts.

    Links, archives and names that lead out of it are among them; what reads them refuses.
    Raises FolderError where the archive is damaged, encrypted, or unpacks to more than MAX_BYTES.
    """
    name = printable(path.name)
    archive = _open(path, name, stack)
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not _has_junk(member.filename)
    ]
    _check(members, name)
    # Else an archive would remember every name in it for as long as it is open.
    archive.filelist.clear()
    archive.NameToInfo.clear()
    return [
        (_slashed(printable(member.filename)), partial(_read_member, archive, member))
        for member in members
    ]


class _ArchiveFile(io.BufferedReader):
    """A file that refuses to be read in pieces of more than `most` bytes, by OverflowError.

    `zipfile` reads an archive's list of files in one piece, and keeps a multiple of it.
    """

    most: float = MAX_DIRECTORY

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file."""
        if size is not None and size > self.most:
            raise OverflowError
        return super().read(size)


def _open(path: Path, name: str, stack: ExitStack) -> zipfile.ZipFile:
    try:
        file = stack.enter_context(_ArchiveFile(path))
        archive = stack.enter_context(zipfile.ZipFile(file))
    except OverflowError as error:
        raise FolderError(
            "{name} lists far too many files, or files with far too long names; pack it in parts.",
            name=name,
        ) from error
    except OSError as error:
        raise FolderError(
            "{name} cannot be read ({reason}); check the path.", name=name, reason=error.strerror
        ) from error
    except UNREADABLE as error:
        raise FolderError(
            "{name} is damaged or no zip archive; pack or download it again.", name=name
        ) from error
    file.most = math.inf  # pictures are read in pieces of their own size
    return archive


def _check(members: Sequence[zipfile.ZipInfo], name: str) -> None:
    if any(member.flag_bits & 1 for member in members):
        raise FolderError(
            "{name} is encrypted; unpack it and pack it without a password.", name=name
        )
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise FolderError(
            "{name} unpacks to more than the {limit} GB allowed; pack it in parts.",
            name=name,
            limit=MAX_BYTES // 2**30,
        )


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


def _has_junk(name: str) -> bool:
    """Whether a file, or a folder that it lies in, is no picture of a person's."""
    return any(map(is_junk, _slashed(name).split("/")))
