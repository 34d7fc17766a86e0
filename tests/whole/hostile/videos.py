"""Hostile videos."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import av
import numpy as np

from tests.clips import face_picture, steady, write_clip, write_song
from tests.whole.hostile.pictures import Input, gif, mutants, valid

CONTAINERS = ("mp4", "mkv", "avi", "webm", "ts")
MUTANTS = 25
"""Of every container."""
BOXES = (b"mvhd", b"tkhd", b"mdhd", b"stts", b"stsz", b"stsc", b"stco", b"stsd", b"elst", b"avcC")
"""Of an MP4 file: what tells sizes, times and places."""


@cache
def clip(container: str) -> bytes:
    """A harmless video of four frames."""
    with TemporaryDirectory() as folder:
        path = Path(folder, f"clip.{container}")
        if container in ("mp4", "mkv", "ts"):
            write_clip(path, steady(4), face_picture(160, 120), sound="aac")
        else:
            _write_old(path, "mpeg4" if container == "avi" else "libvpx")
        return path.read_bytes()


def _write_old(path: Path, codec: str) -> None:
    with av.open(str(path), "w") as target:
        stream = cast(av.VideoStream, target.add_stream(codec, rate=10))
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for _ in range(4):
            picture = av.VideoFrame.from_ndarray(face_picture(160, 120), format="rgb24")
            target.mux(stream.encode(picture))
        target.mux(stream.encode())


@cache
def song() -> bytes:
    """Sound alone."""
    with TemporaryDirectory() as folder:
        return write_song(Path(folder, "song.m4a")).read_bytes()


def replaced(content: bytes, place: int, value: int) -> bytes:
    """The bytes with the four at `place` replaced by a number."""
    return content[:place] + struct.pack(">I", value) + content[place + 4 :]


def headers() -> Iterator[Input]:
    """An MP4 file whose boxes tell absurd sizes, times and places."""
    content = clip("mp4")
    for box, word, value in itertools.product(BOXES, range(-1, 6), (0, 2**31 - 1, 2**32 - 1)):
        if box in content:
            place = content.index(box) + 4 + 4 * word if word >= 0 else content.index(box) - 4
            yield Input(f"{box.decode()} {word} is {value}.mp4", replaced(content, place, value))


def playlists() -> Iterator[Input]:
    """Files that name other files."""
    texts = {
        "list.m3u8": "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "list.mp4": "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n#EXT-X-ENDLIST\n",
        "concat.mp4": "ffconcat version 1.0\nfile /etc/passwd\n",
        "concat.txt": "ffconcat version 1.0\nfile 'concat:/etc/passwd|/etc/hosts'\n",
        "session.sdp": "v=0\nm=video 5004 RTP/AVP 96\nc=IN IP4 127.0.0.1\n",
        "manifest.mpd": "<MPD><Period><BaseURL>file:///etc/passwd</BaseURL></Period></MPD>",
        "image.mp4": "/etc/passwd%03d.png",
        "subtitles.mp4": "1\n00:00:00,000 --> 00:00:01,000\n<script>hostile()</script>\n",
    }
    for name, text in texts.items():
        yield Input(name, text.encode())


def videos() -> Iterator[Input]:
    """Videos that are damaged, never end, lie or are none."""
    yield from playlists()
    yield from headers()
    for container, tenth in itertools.product(CONTAINERS, range(0, 10, 2)):
        content = clip(container)
        name = f"{tenth} tenths.{container}"
        yield Input(name, content[: len(content) * tenth // 10])
    yield Input("song.mp4", song())
    yield Input("picture.mp4", valid("JPEG"))
    yield Input("animation.mp4", gif(8000, 8000, frames=100))
    yield Input("zeros.mp4", bytes(100_000))
    yield Input("text.avi", b"This is no video.")
    yield Input("noise.mkv", np.random.default_rng(7).bytes(100_000))
    yield Input("the same 2,000 times.ts", clip("ts") * 2000)
    yield Input("boxes in boxes.mp4", b"".join(
        struct.pack(">I", 8 * (5000 - depth)) + b"moov" for depth in range(5000)))  # fmt: skip
    size = struct.pack("<II", 160, 120)
    for width, height in ((0, 0), (65535, 65535), (2**31 - 1, 2**31 - 1), (6000, 6000)):
        large = clip("avi").replace(size, struct.pack("<II", width, height))
        yield Input(f"claims {width}x{height}.avi", large)
    for container in CONTAINERS:
        yield from mutants(clip(container), container, container, MUTANTS)
