"""Hostile zip archives."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterable, Iterator

import numpy as np

from tests.whole.hostile.pictures import MARK, Input, mutants, valid, webp

BOMB = 60_000_000
"""Bytes that a bomb's member unpacks to: just below what is read of one."""


def packed(
    members: Iterable[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip archive of (name, content)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def many_names(count: int) -> bytes:
    """An archive whose directory names so many files, all of them the same bytes."""
    first = packed([("0000000.jpg", valid("JPEG"))], zipfile.ZIP_STORED)
    start = first.rindex(b"PK\x01\x02")
    end = first.rindex(b"PK\x05\x06")
    entry = np.frombuffer(first[start:end], np.uint8)
    entries = np.tile(entry, (count, 1))
    digits = np.arange(count)[:, None] // 10 ** np.arange(6, -1, -1) % 10 + ord("0")
    entries[:, 46:53] = digits
    listing = entries.tobytes()
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count & 0xFFFF, count & 0xFFFF,
                       len(listing), start, 0)  # fmt: skip
    return first[:start] + listing + tail


def with_flag(content: bytes, flag: int) -> bytes:
    """An archive whose only member has a bit of its flags set, in both of its headers."""
    changed = bytearray(content)
    for head, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.index(head) + place] |= flag
    return bytes(changed)


def claiming(content: bytes, size: int) -> bytes:
    """An archive whose directory says that its only member unpacks to `size` bytes."""
    changed = bytearray(content)
    place = changed.index(b"PK\x01\x02") + 24
    changed[place : place + 4] = struct.pack("<I", size)
    return bytes(changed)


def linked() -> bytes:
    """An archive with a symbolic link to a file of the server's."""
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return packed([(link, b"/etc/passwd"), ("a.jpg", valid("JPEG"))])


def nested(depth: int) -> bytes:
    """Archives in archives."""
    content = packed([("a.jpg", valid("JPEG"))])
    for _ in range(depth):
        content = packed([("inner.zip", content)])
    return content


def archives() -> Iterator[Input]:
    """Archives that unpack to much, name much, lead out of themselves or are none."""
    jpeg = valid("JPEG")
    one = packed([("a.jpg", jpeg)])
    zeros = bytes(BOMB)
    yield Input("a million names.zip", many_names(1_000_000))
    yield Input("20,000 names.zip", many_names(20_000))
    yield Input("200 pictures of 64 megapixels.zip",
                packed((f"{n}.webp", webp(8000, 8000)) for n in range(200)))  # fmt: skip
    yield Input("bomb.zip", packed((f"{n}.bmp", zeros) for n in range(3)))
    yield Input("bomb of one.zip", packed([("a.png", bytes(BOMB * 2))]))
    yield Input("nested.zip", nested(20))
    yield Input("claims little.zip", claiming(packed([("a.png", zeros)]), 10))
    for size in (0, 2**31, 2**32 - 1, 2**32 - 2):
        yield Input(f"claims {size}.zip", claiming(one, size))
    overlapping = many_names(300).replace(b"0000000.jpg", b"../0000.jpg")
    yield Input("overlapping.zip", overlapping)
    yield Input("links.zip", linked())
    for name in (
        "/etc/passwd",
        "../../climbs.jpg",
        "..\\climbs.jpg",
        "C:\\x.jpg",
        "a/" * 20_000 + "x.jpg",
        "n" * 60_000 + ".jpg",
        "9" * 60_000 + ".jpg",
        f"{MARK}.jpg",
        f"{MARK}/a.jpg",
        "happy/=cmd|' /C calc'!A0.jpg",
        "zero\0byte.jpg",
        "line\nbreak.jpg",
        "\x1b[2J.jpg",
        "\u202egpj.jpg",
        ".hidden.jpg",
        "__MACOSX/a.jpg",
        "CON",
        " ",
        ".",
        "a.jpg/",
        "a.zip",
    ):
        yield Input(f"a member {name[:20]!r} of {len(name)}.zip", packed([(name, jpeg)]))
    yield Input("same names.zip", many_names(50).replace(b"00000", b"11111"))
    yield Input("encrypted.zip", with_flag(one, 1))
    yield Input("strongly encrypted.zip", with_flag(one, 64))
    for name, method in (("lzma", zipfile.ZIP_LZMA), ("bzip2", zipfile.ZIP_BZIP2)):
        yield Input(f"{name}.zip", packed([("a.jpg", jpeg)], method))
        yield Input(f"{name} bomb.zip", packed([("a.jpg", zeros[: BOMB // 4])], method))
    for tenth in range(10):
        yield Input(f"{tenth} tenths.zip", one[: len(one) * tenth // 10])
    yield Input("no directory.zip", one[: one.index(b"PK\x01\x02")])
    yield Input("empty.zip", packed([]))
    yield Input("folders alone.zip", packed([("a/", b""), ("b/", b"")]))
    yield Input("a picture.zip", jpeg)
    yield Input("text.zip", b"This is no archive.")
    yield Input("comment.zip", one[:-2] + b"\xff\xff" + bytes(65535))
    place = one.index(b"PK\x05\x06")
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 2**63, 1)
    yield Input("zip64 lie.zip", one[:place] + locator + one[place:])
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 2**60, 2**60, 2**60, 0)
    directed = b"PK\x06\x07" + struct.pack("<IQI", 0, place, 1)
    yield Input("zip64 directory.zip", one[:place] + record + directed + one[place:])
    many = packed((f"{n}.jpg", jpeg) for n in range(5))
    yield from mutants(many, "zip", "zip", 50)
