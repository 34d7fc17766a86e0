"""Hostile pictures: small files that ask for much, and files that are not what they seem."""

from __future__ import annotations

import io
import itertools
import random
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, features
from skimage import data

SEED = 2013
MARK = "<img src=x onerror=hostile()>"
"""No page may show this without escaping it."""
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "TIFF": "tif", "BMP": "bmp"}
if features.check("avif"):
    FORMATS["AVIF"] = "avif"


class Input(NamedTuple):
    """Something hostile: what it is called, as a file where it is one, and its bytes."""

    name: str
    content: bytes


@cache
def face(side: int) -> np.ndarray:
    """The astronaut's head, uint8 RGB of shape (side, side, 3)."""
    head = np.ascontiguousarray(data.astronaut()[20:212, 130:322])
    return cv2.resize(head, (side, side), interpolation=cv2.INTER_AREA)


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    """The bytes of a picture's file."""
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


@cache
def valid(form: str) -> bytes:
    """A harmless picture with a face."""
    return encoded(Image.fromarray(face(96)), form)


# JPEG: a scan repeated


def segments(jpeg: bytes) -> list[bytes]:
    """The parts of a JPEG file, each from its marker to the next; they join to the file."""
    starts = [
        place
        for place in range(len(jpeg) - 1)
        if jpeg[place] == 0xFF and jpeg[place + 1] not in (0x00, 0xFF, *range(0xD0, 0xD8))
    ]
    return [jpeg[start:end] for start, end in itertools.pairwise([*starts, len(jpeg)])]


def many_scans(width: int, height: int, scans: int, refined: bool = True) -> bytes:
    """A progressive JPEG, one scan of which comes so many times: every time costs all its pixels.

    Where not `refined`, the repeated scan is the first one instead of the shortest one.
    """
    flat = Image.new("L", (width, height), 128)
    parts = segments(encoded(flat, "JPEG", progressive=True, optimize=True))
    found = [part for part in parts if part[1] == 0xDA]
    repeated = min(found, key=len) if refined else found[0]
    return b"".join(parts[:-1]) + repeated * scans + parts[-1]


def scans() -> Iterator[Input]:
    """A JPEG of thousands of scans is decoded thousands of times."""
    for width, height, count in [
        (640, 480, 100),
        (640, 480, 5_000),
        (640, 480, 60_000),
        (2000, 2000, 1_000),
        (2000, 2000, 70_000),
        (16, 16, 70_000),
    ]:
        yield Input(f"{count} scans of {width}x{height}.jpg", many_scans(width, height, count))
    yield Input("50 first scans.jpg", many_scans(2000, 2000, 50, refined=False))
    yield Input("no end of scans.jpg", many_scans(2000, 2000, 30_000)[:-2])
    baseline = segments(valid("JPEG"))
    many = b"".join(baseline[:-1]) + baseline[-2] * 500 + baseline[-1]
    yield Input("a baseline picture of 500 scans.jpg", many)
    tables = next(part for part in baseline if part[1] == 0xC4)
    yield Input("20,000 tables.jpg", baseline[0] + tables * 20_000 + b"".join(baseline[1:]))


# Pixel bombs


class Bits:
    """Bits packed from the lowest up, as WebP wants them."""

    def __init__(self) -> None:
        self._value, self._length = 0, 0

    def add(self, value: int, length: int) -> None:
        """Append a number of so many bits."""
        self._value |= value << self._length
        self._length += length

    def packed(self) -> bytes:
        """All of them, filled up with zeros."""
        return self._value.to_bytes((self._length + 7) // 8, "little")


def webp(width: int, height: int) -> bytes:
    """A lossless WebP of one colour: no bit for a pixel, by five codes of one symbol each."""
    bits = Bits()
    for value, length in ((0x2F, 8), (width - 1, 14), (height - 1, 14), (0, 4), (0, 3)):
        bits.add(value, length)
    for _ in range(5):
        bits.add(0b0001, 4)
    stream = bits.packed() + bytes(2400)
    chunk = b"VP8L" + struct.pack("<I", len(stream)) + stream
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def chunk(kind: bytes, content: bytes, length: int | None = None, crc: int | None = None) -> bytes:
    """A chunk of a PNG file, its length and checksum right unless others are given."""
    length = len(content) if length is None else length
    crc = zlib.crc32(kind + content) if crc is None else crc
    return struct.pack(">I", length) + kind + content + struct.pack(">I", crc)


def zeros(count: int) -> bytes:
    """So many zero bytes, compressed: one megabyte's block repeated, and the checksum computed."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = packer.compress(bytes(count % (1 << 20))) + packer.flush()
    checksum = struct.pack(">HH", count % 65521, 1)
    return b"\x78\xda" + block * (count >> 20) + rest + checksum


PNG = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of a PNG's colour types."""


def png(
    width: int, height: int, depth: int = 8, colour: int = 0, more: bytes = b"", rows: int = -1
) -> bytes:
    """A black PNG; `more` stands before its pixels, of which `rows` rows are there."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    palette = chunk(b"PLTE", bytes(3)) if colour == 3 else b""
    row = 1 + (width * depth * CHANNELS[colour] + 7) // 8
    pixels = chunk(b"IDAT", zeros(row * (height if rows < 0 else rows)))
    return PNG + head + palette + more + pixels + chunk(b"IEND", b"")


def gif(width: int, height: int, frames: int = 1, at: int = 0, side: int = 1) -> bytes:
    """A GIF with a canvas of any size, its frames small squares at (at, at)."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", at, at, side, side, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b"\x3b"


def bmp(width: int, height: int, bits: int, compression: int, pixels: bytes) -> bytes:
    """A BMP file with a black and white palette; nothing is checked."""
    palette = bytes(4) + b"\xff\xff\xff\x00"
    info = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(pixels), 0, 0, 2, 0
    )
    start = 14 + len(info) + len(palette)
    head = b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start)
    return head + info + palette + pixels


def avif(width: int, height: int) -> bytes:
    """An AVIF that claims to be larger than the picture in it."""
    content = valid("AVIF")
    place = content.index(b"ispe") + 8
    return content[:place] + struct.pack(">II", width, height) + content[place + 8 :]


def bombs() -> Iterator[Input]:
    """Files of a few kilobytes with many megapixels."""
    for width, height in [(8000, 8000), (16383, 3906), (4096, 4096), (2000, 2000), (16384, 16384)]:
        yield Input(f"{width}x{height}.webp", webp(width, height))
    for width, height, depth, colour in [
        (8000, 8000, 1, 0),
        (8000, 8000, 8, 0),
        (8000, 7999, 8, 6),
        (4000, 4000, 16, 6),
        (8000, 8000, 16, 0),
        (8000, 8000, 1, 3),
        (64_000_000, 1, 8, 0),
        (1, 64_000_000, 8, 0),
        (2000, 2000, 16, 4),
    ]:
        yield Input(f"{width}x{height}x{depth}-{colour}.png", png(width, height, depth, colour))
    for width, height in [(8000, 8000), (2**31 - 1, 2**31 - 1), (0, 0), (2**32 - 1, 1)]:
        yield Input(f"{width}x{height}-without-rows.png", png(width, height, rows=0))
    for side in (8000, 7000, 65535):
        yield Input(f"{side}.gif", gif(side, side))
        yield Input(f"{side}-rle.bmp", bmp(side, side, 8, 1, b"\xff\x00\x00\x01"))
        yield Input(f"{side}-without-rows.bmp", bmp(side, side, 24, 0, bytes(999)))
        yield Input(f"{side}-deflate.tif", tiff(width=side, height=side, compression=8))
        yield Input(f"{side}-grey.ppm", f"P5 {side} {side} 255\n".encode() + bytes(99))
        yield Input(f"{side}-text.ppm", f"P3 {side} {side} 255\n".encode() + b"0 " * 99)
    for text in ("P6 99999999999 1 255\n", "P6 -5 -5 255\n", "P5 9 9 99999\n", "P7 1 1 1\n"):
        yield Input(f"{text.split()[1]}.ppm", text.encode() + bytes(99))
    if "AVIF" in FORMATS:
        for side in (8000, 65535, 2**31 - 1):
            yield Input(f"{side}.avif", avif(side, side))
    flat = encoded(Image.new("L", (8000, 8000)), "JPEG")
    yield Input("8000.jpg", flat)
    yield Input("8000-half.jpg", flat[: len(flat) // 2])
    place = valid("JPEG").index(b"\xff\xc0") + 5
    for height, width in ((65500, 65500), (8000, 8000), (0, 96), (96, 0)):
        sized = (
            valid("JPEG")[:place] + struct.pack(">HH", height, width) + valid("JPEG")[place + 4 :]
        )
        yield Input(f"claims {width}x{height}.jpg", sized)


# TIFF, and EXIF, which is a TIFF without pixels

SHORT, LONG = 3, 4
Tag = tuple[int, int, int, int]
"""Of a directory: its number, type, how many values, and the value or where they stand."""


def directory(tags: list[Tag], following: int = 0, claimed: int | None = None) -> bytes:
    """A TIFF file of one directory; `following` is where it says that the next one stands."""
    count = len(tags) if claimed is None else claimed
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, count) + entries + struct.pack("<I", following)


def tiff(
    width: int = 64, height: int = 64, compression: int = 1, changes: tuple[Tag, ...] = ()
) -> bytes:
    """A grey TIFF in one strip; `changes` replace tags or come on top."""
    size = width * height
    pixels = zeros(min(size, 1 << 26)) if compression == 8 else bytes(min(size, 1 << 16))
    tags = {
        256: (256, LONG, 1, width),
        257: (257, LONG, 1, height),
        258: (258, SHORT, 1, 8),
        259: (259, SHORT, 1, compression),
        262: (262, SHORT, 1, 1),
        273: (273, LONG, 1, 0),
        277: (277, SHORT, 1, 1),
        278: (278, LONG, 1, height),
        279: (279, LONG, 1, len(pixels)),
    }
    tags |= {tag[0]: tag for tag in changes}
    if not any(tag[0] == 273 for tag in changes):
        tags[273] = (273, LONG, 1, 8 + 2 + 12 * len(tags) + 4)
    return directory([tags[number] for number in sorted(tags)]) + pixels


def tiffs() -> Iterator[Input]:
    """Directories that lie: absurd sizes, counts and offsets, tiles, circles."""
    for number, kind in ((256, LONG), (257, LONG), (258, SHORT), (259, SHORT), (262, SHORT),
                         (273, LONG), (277, SHORT), (278, LONG), (279, LONG)):  # fmt: skip
        for value in (0, 7, 65535, 2**31, 2**32 - 1):
            changed = (number, kind, 1, value)
            yield Input(f"tag {number} is {value}.tif", tiff(changes=(changed,)))
        many = (number, kind, 2**32 - 1, 8)
        yield Input(f"tag {number} has 4 billion values.tif", tiff(changes=(many,)))
    for side, bytes_of in ((1, 8), (16, 8), (0, 8), (2**31, 8), (65520, 2**31)):
        tiles = ((322, LONG, 1, side), (323, LONG, 1, side), (324, LONG, 1, 8),
                 (325, LONG, 1, bytes_of))  # fmt: skip
        yield Input(f"tiles of {side}.tif", tiff(8000, 8000, changes=tiles))
    base = [(256, LONG, 1, 64), (257, LONG, 1, 64)]
    yield Input("circle.tif", directory(base, following=8))
    yield Input("no pixels.tif", directory(base))
    yield Input("65,535 tags claimed.tif", directory(base, claimed=65535))
    thousands = [(256 + number, LONG, 1, 1) for number in range(60_000)]
    yield Input("60,000 tags.tif", directory(thousands))
    yield Input("big.tif", b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + struct.pack("<Q", 2**63))
    yield Input("head alone.tif", b"MM\0*" + b"\xff" * 4)


def exifs() -> Iterator[Input]:
    """Orientations that there are not, and directories that lie, in three formats."""
    pointers = [(0x8769, LONG, 1, 8), (0x8825, LONG, 1, 2**32 - 1)]
    variants = {
        "orientation 0": directory([(274, SHORT, 1, 0)]),
        "orientation 9": directory([(274, SHORT, 1, 9)]),
        "orientation 65535": directory([(274, SHORT, 1, 65535)]),
        "orientation as text": directory([(274, 2, 4, 0x36363636)]),
        "orientation far away": directory([(274, SHORT, 100, 2**31)]),
        "orientation of a type unknown": directory([(274, 99, 1, 6)]),
        "1,000 orientations": directory([(274, SHORT, 1, turn % 8) for turn in range(1000)]),
        "circle": directory(pointers, following=8),
        "65,535 tags claimed": directory(pointers, claimed=65535),
        "fraction by zero": directory([(282, 5, 1, 26)]) + bytes(8),
        "zeros": bytes(60_000),
        "text": MARK.encode() * 900,
    }
    picture = Image.fromarray(face(96))
    for (name, exif), form in itertools.product(variants.items(), ("JPEG", "PNG", "WEBP")):
        content = encoded(picture, form, exif=b"Exif\0\0" + exif)
        yield Input(f"{name}.{FORMATS[form]}", content)


# PNG's chunks


def chunks() -> Iterator[Input]:
    """Chunks of PNG that unpack to much, are many, lie about themselves or are out of place."""
    bomb = zeros(200_000_000)
    contents = {
        "iCCP": (b"iCCP", b"profile\0\0" + bomb),
        "zTXt": (b"zTXt", b"Comment\0\0" + bomb),
        "iTXt": (b"iTXt", b"Comment\0\x01\0\0\0" + bomb),
        "tEXt": (b"tEXt", b"Comment\0" + b"x" * 5_000_000),
        "eXIf": (b"eXIf", bytes(2_000_000)),
        "pHYs": (b"pHYs", bytes(3)),
        "gAMA": (b"gAMA", bytes(4)),
        "cHRM": (b"cHRM", b"\xff" * 32),
        "tRNS": (b"tRNS", b"\xff" * 600),
        "acTL": (b"acTL", struct.pack(">II", 2**31 - 1, 0)),
        "fcTL": (b"fcTL", b"\xff" * 26),
    }
    for name, (kind, content) in contents.items():
        yield Input(f"{name}.png", png(64, 64, more=chunk(kind, content)))
    small = chunk(b"zTXt", b"Comment\0\0" + zeros(900_000))
    yield Input("3,000 zTXt.png", png(64, 64, more=small * 3000))
    yield Input("100,000 empty chunks.png", png(64, 64, more=chunk(b"teSt", b"") * 100_000))
    for length in (0, 2**31 - 1, 2**31, 2**32 - 1):
        lie = chunk(b"tEXt", b"Comment\0text", length=length)
        yield Input(f"a chunk of {length} bytes.png", png(64, 64, more=lie))
    good = valid("PNG")
    for place in (len(PNG) + 21, len(good) // 2, len(good) - 2):
        broken = good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]
        yield Input(f"byte {place} wrong.png", broken)
    yield Input("wrong checksum.png", png(64, 64, more=chunk(b"tEXt", b"a\0b", crc=0)))
    yield Input("two heads.png", png(64, 64, more=png(9, 9)[8:33]))
    yield Input("no end.png", good[:-12])
    yield Input("rows missing.png", png(64, 64, rows=3))
    yield Input("rows too many.png", png(64, 64, rows=1_000_000))
    for depth, colour in ((3, 0), (16, 3), (8, 5), (0, 2)):
        head = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, depth, colour, 0, 0, 1))
        yield Input(f"depth {depth} of colour {colour}.png", PNG + head + good[33:])


def truncated() -> Iterator[Input]:
    """Every format, cut off at every tenth."""
    for form, tenth in itertools.product(FORMATS, range(10)):
        content = valid(form)
        name = f"{tenth} tenths.{FORMATS[form]}"
        yield Input(name, content[: len(content) * tenth // 10])


def modes() -> Iterator[Input]:
    """Kinds of pixels that few programs write, and numbers that are no brightness."""
    picture = Image.fromarray(face(96))
    for mode, form in itertools.product(
        (
            "1",
            "L",
            "P",
            "LA",
            "PA",
            "F",
            "CMYK",
            "YCbCr",
            "LAB",
            "HSV",
            "RGBA",
            "RGBX",
            "I;16",
        ),
        ("TIFF", "PNG", "JPEG", "WEBP", "GIF", "BMP"),
    ):
        grey = picture.convert("L")
        try:
            turned = grey.convert("I").convert(mode) if mode == "I;16" else picture.convert(mode)
            yield Input(f"{mode}.{FORMATS[form]}", encoded(turned, form))
        except (OSError, ValueError):  # not every format has every mode
            continue
    for name, value in (("nan", np.nan), ("inf", np.inf), ("negative", -1e30), ("huge", 1e38)):
        pixels = np.full((64, 64), value, np.float32)
        yield Input(f"{name}.tif", encoded(Image.fromarray(pixels), "TIFF"))
    for value in (-(2**31), 2**31 - 1, 65536):
        pixels = np.full((64, 64), value, np.int32)
        yield Input(f"integers {value}.tif", encoded(Image.fromarray(pixels), "TIFF"))
    clear = Image.new("P", (64, 64))
    yield Input("clear palette.png", encoded(clear, "PNG", transparency=bytes(256)))
    yield Input("clear number.png", encoded(clear, "PNG", transparency=255))
    yield Input("clear sixteen bits.png", png(64, 64, 16, 2, chunk(b"tRNS", bytes(6))))
    for runs in (b"\xff\xff" * 9999, b"\x00\x02\xff\xff" * 500, b"\x00\x00" * 500, b"\x00\x03"):
        yield Input(f"rle {runs[:3].hex()}.bmp", bmp(64, 64, 8, 1, runs))
        yield Input(f"rle of four bits {runs[:3].hex()}.bmp", bmp(64, 64, 4, 2, runs))
    for bits, compression in ((16, 3), (32, 3), (0, 0), (7, 0), (24, 9), (1, 0), (64, 0)):
        yield Input(f"{bits} bits by {compression}.bmp", bmp(64, 64, bits, compression, bytes(999)))
    yield Input("upside down.bmp", bmp(64, -(2**31), 24, 0, bytes(999)))


def animations() -> Iterator[Input]:
    """Many frames, and frames that are not where their canvas is."""
    yield Input("50,000 frames.gif", gif(64, 64, frames=50_000))
    yield Input("huge canvas of 1,000 frames.gif", gif(7900, 7900, frames=1000))
    yield Input("outside.gif", gif(64, 64, frames=3, at=60000, side=500))
    yield Input("larger than its canvas.gif", gif(4, 4, side=7000))
    yield Input("no frame.gif", gif(64, 64, frames=0))
    small = [Image.new("RGB", (32, 32), (shade, 0, 0)) for shade in range(200)]
    for form in ("GIF", "PNG", "WEBP", "TIFF"):
        content = encoded(small[0], form, save_all=True, append_images=small[1:])
        yield Input(f"200 frames.{FORMATS[form]}", content)


def polyglots() -> Iterator[Input]:
    """Web pages, scripts, archives and documents in or as pictures."""
    script = b"<script>hostile()</script>"
    page = b"<!DOCTYPE html><html><body>" + script + b"</body></html>"
    svg = (
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="hostile()"><text>&f;</text>'
        b'<image href="http://127.0.0.1:1/x.png"/></svg>'
    )
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
    )
    jpeg, picture_gif, picture_png = valid("JPEG"), valid("GIF"), valid("PNG")
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(page)) + page
    archive = b"PK\x03\x04" + bytes(26)
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n(/etc/passwd) run\n%%EOF\n"
    contents = {
        "page.html": page,
        "page.png": page,
        "page.jpg": page,
        "drawing.svg": svg,
        "drawing.svg.png": svg,
        "drawing.png": svg,
        "laughs.svg": b"<!DOCTYPE svg [" + laughs + b"]><svg>&l9;</svg>",
        "comment.jpg": jpeg[:2] + comment + jpeg[2:],
        "comment.html": jpeg[:2] + comment + jpeg[2:],
        "tail.jpg": jpeg + page,
        "tail.html": picture_png + page,
        "script.gif": b"GIF89a=1;/*" + picture_gif[11:] + b"*/hostile()",
        "script.js": picture_gif + b"\n/*" + script + b"*/",
        "text.png": PNG
        + picture_png[8:33]
        + chunk(b"tEXt", b"Title\0" + script)
        + picture_png[33:],
        "zip.jpg": jpeg + archive,
        "zip.png": archive + picture_png,
        "document.pdf": b"%PDF-1.7\n" + jpeg,
        "document.jpg": b"%PDF-1.7\n1 0 obj<</OpenAction 2 0 R>>endobj\n%%EOF",
        "postscript.jpg": eps,
        "postscript.eps": eps,
        "program.png": b"\x7fELF" + bytes(60) + picture_png,
        "shell.jpg": b"#!/bin/sh\nid\n",
        "php.jpg": jpeg[:2] + b"\xff\xfe\x00\x14<?php hostile();?>" + jpeg[2:],
        "nothing.png": b"",
        "one byte.png": b"\x89",
        "zeros.png": bytes(5000),
        "text.jpg": b"This is no picture.",
        "jpeg 2000.jp2": encoded(Image.fromarray(face(96)), "JPEG2000"),
        "icon.ico": encoded(Image.fromarray(face(64)), "ICO"),
        "photoshop.psd": b"8BPS\0\x01"
        + bytes(6)
        + b"\0\x03"
        + b"\0\0\x1f\x40" * 2
        + b"\0\x08\0\x03",
        "cursor.fli": b"\xff\xff\xff\x7f\x12\xaf" + bytes(122),
        "metafile.wmf": b"\xd7\xcd\xc6\x9a" + bytes(40),
        "list.m3u8": b"#EXTM3U\nfile:///etc/passwd\n",
    }
    for name, content in contents.items():
        yield Input(name, content)


NAMES = (
    "../../../../tmp/hostile.jpg",
    "..\\..\\hostile.jpg",
    "/etc/passwd",
    "C:\\hostile.jpg",
    "a" * 300 + ".jpg",
    "long/" * 900 + "x.jpg",
    "é" * 120 + ".jpg",
    "\N{BOMB}" * 64 + ".jpg",
    "zero\0byte.jpg",
    "line\r\nSet-Cookie: hostile=1.jpg",
    f"{MARK}.jpg",
    "'\"><script>hostile()</script>.jpg",
    "{{7*7}}${7*7}<%=7*7%>.jpg",
    "\u202egpj.exe",
    "\ud7ff\ufeff\u200b.jpg",
    "CON.jpg",
    ".jpg",
    ".",
    "..",
    "",
    " ",
    "-rf.jpg",
    "$(id);`id`|id.jpg",
    "%2e%2e%2fhostile.jpg",
    "hostile.jpg/",
    "file:///etc/passwd",
    "http://127.0.0.1:1/x.jpg",
    "hostile.php",
    "hostile.html",
    "hostile.svg",
    "%s%n%x.jpg",
    "=HYPERLINK(1).jpg",
)


def names() -> Iterator[Input]:
    """A harmless picture under names that are none."""
    for name in NAMES:
        yield Input(name, valid("JPEG"))


def crowd() -> Iterator[Input]:
    """More than a thousand faces in one picture."""
    pictures = {f"{31 * 36} faces": (31, 36, 96), "800 small faces": (20, 40, 48)}
    for name, (rows, columns, side) in pictures.items():
        pixels = np.tile(face(side), (rows, columns, 1))
        yield Input(f"{name}.jpg", encoded(Image.fromarray(pixels), "JPEG", quality=85))
    stripes = Image.new("RGB", (2000, 2000))
    drawn = ImageDraw.Draw(stripes)
    for place in range(0, 2000, 2):
        drawn.line((place, 0, place, 2000), "white")
    yield Input("stripes.png", encoded(stripes, "PNG"))
    noise = np.random.default_rng(SEED).integers(0, 256, (1900, 1900, 3), np.uint8)
    yield Input("noise.png", encoded(Image.fromarray(noise), "PNG", compress_level=0))


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The bytes after one to four of: bits turned, numbers replaced, parts doubled, cut, mixed."""
    mutant = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(max(1, len(mutant)))
        length = chance.choice((1, 2, 4, 8, 64, 500))
        part = mutant[place : place + length]
        match chance.randrange(6):
            case 0:
                for _ in range(chance.randint(1, 20)):
                    mutant[chance.randrange(len(mutant))] ^= 1 << chance.randrange(8)
            case 1:
                number = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
                mutant[place : place + 4] = bytes([number]) * 4
            case 2:
                mutant[place:place] = part * chance.choice((1, 2, 50))
            case 3:
                del mutant[place : place + length]
            case 4:
                other = chance.randrange(len(mutant))
                mutant[other : other + length] = part
            case _:
                mutant[place : place + length] = chance.randbytes(length)
        if not mutant:
            mutant = bytearray(content)
    return bytes(mutant)


def mutants(content: bytes, name: str, suffix: str, count: int) -> Iterator[Input]:
    """So many mutations of a file, always the same."""
    for number in range(count):
        chance = random.Random(f"{SEED} {name} {number}")
        yield Input(f"{name} {number}.{suffix}", mutated(content, chance))


MUTANTS = 50
"""Of every format."""


def mutations() -> Iterator[Input]:
    """Valid files of every format with bytes changed."""
    for form, suffix in FORMATS.items():
        yield from mutants(valid(form), form.lower(), suffix, MUTANTS)
