"""Pictures and sound out of a video file, and into an H.264 one, a few at a time."""

from __future__ import annotations

import math
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.stream import Disposition

from .errors import RecognitionError

LONGEST, SHORTEST = 1280, 320
"""Pictures whose long side is beyond these, in pixels, are scaled to them."""

# FFmpeg keeps up to 16 decoded pictures for those that are made from them: of 4K 0.4 GB, of 8K 1.2.
MAX_PIXELS = 10_000_000
"""Videos with more pixels a picture than 4K has are refused."""

MAX_FRAMES = 1_000_000
"""Videos with more pictures, nine hours at 30 a second, are refused."""

# Named one by one because FFmpeg also opens playlists, which name other files of the computer.
FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,ogg,asf"

SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mpg", ".mpeg", ".flv", ".ogv",
            ".wmv")  # fmt: skip
"""How files of these formats are named, in small letters."""

# MPEG's own clock: fine enough to keep the times of any frame rate.
CLOCK = Fraction(1, 90_000)

SHORTEST_TIME, LONGEST_TIME = 0.001, 3600
"""Seconds that a picture is shown at least, and for which a file's times may leap ahead."""

MOST_BACK = 1.0
"""Seconds for which a file's times may run back; beyond, it was put together from several."""

USUAL_RATE = Fraction(30)
"""Pictures in a second where the file tells nothing that can be."""

# What FFmpeg raises at packets that fit into no MP4 file; that of a full disk is another.
UNWRITABLE = (av.ArgumentError, av.InvalidDataError, av.PatchWelcomeError)

# Browsers play these out of an MP4 file.
COPIED_SOUND = ("aac", "mp3", "opus")
AAC_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)

# The usual file plays before it is loaded to its end. One that goes on for days is in pieces of a
# second, or its index would grow in memory and nothing could be read before it is finished.
WHOLE = {"movflags": "+faststart"}
ENDLESS = {"movflags": "+frag_keyframe+empty_moov+default_base_moof", "frag_duration": "1000000"}

# The colours of HD video, said in the file too, so that no player has to guess.
COLOURS = {"colorspace": 1, "color_primaries": 1, "color_trc": 1, "color_range": 1}

SoundPacket: TypeAlias = "av.Packet[av.AudioStream]"
Item = TypeVar("Item", av.VideoFrame, SoundPacket)

Sound = Literal["none", "copied", "converted", "left out"]
"""What became of a video's sound."""


class VideoError(RecognitionError):
    """The video cannot be read; the message is one sentence for the person who gave it."""


@dataclass(frozen=True)
class Frame:
    """A frame of a video, upright: uint8 RGB of shape (height, width, 3).

    `time` is when it appears and `duration` for how long, in seconds from the video's start.
    """

    pixels: np.ndarray
    time: float
    duration: float


@dataclass(frozen=True)
class Film:
    """What is known of a video before it is read.

    `width` and `height`, in pixels and even, are those of its pictures as `read_frames` gives
    them, `turns` the quarter turns to the left that make them upright, `rate` the pictures in a
    second, on average, and `duration` its length in seconds, or None where the file doesn't tell.
    """

    width: int
    height: int
    turns: int
    rate: Fraction
    duration: float | None


def read_film(source: str | os.PathLike[str]) -> Film:
    """Look at the first picture of the video at `source`; raises VideoError."""
    name = Path(source).name
    with _open(source) as container:
        stream = video_stream(container, name)
        try:
            frame = next(container.decode(stream))
        except (StopIteration, av.FFmpegError) as error:
            raise VideoError(
                "{name} holds no picture that can be decoded; save or download it again.",
                name=name,
            ) from error
        turns = round(frame.rotation / 90) % 4
        width, height = fitting_size(frame, stream.sample_aspect_ratio)
        length = container.duration
        return Film(
            *((height, width) if turns % 2 else (width, height)),
            turns,
            rate=_rate(stream),
            duration=length / av.time_base if length and length > 0 else None,
        )


def read_frames(source: str | os.PathLike[str], film: Film) -> Generator[Frame, None, None]:
    """The pictures of the video at `source`, whose `read_film` is `film`, in order.

    They are turned upright after the file's metadata, of the size that `film` tells, and come when
    the file says, be its frame rate constant or not. Raises VideoError where the file is damaged.
    """
    name = Path(source).name
    size = (film.height, film.width) if film.turns % 2 else (film.width, film.height)
    with _open(source) as container:
        stream = video_stream(container, name)
        stream.thread_type = "AUTO"
        frames = _counted(_whole(container.decode(stream), name), name)
        for picture, time, duration in _timed(frames, container, film.rate):
            yield Frame(pixels_of(picture, size, film.turns), time, duration)


def pixels_of(picture: av.VideoFrame, size: tuple[int, int], turns: int = 0) -> np.ndarray:
    """A decoded picture as uint8 RGB (height, width, 3).

    It is scaled to `size`, (width, height), and then turned to the left by so many quarter turns.
    """
    rgb = picture.reformat(*size, format="rgb24", dst_color_range="JPEG", threads=1)
    return np.ascontiguousarray(np.rot90(rgb.to_ndarray(), turns))


class Writer:
    """An MP4 file at `path` with H.264 pictures like `film`'s and the sound of `source`.

    A context manager; the file is whole only after it. `sound` tells what becomes of the sound:
    it is copied where browsers play it out of an MP4 file, converted to AAC where not, or left out
    where it cannot be decoded. Without a source there is none, and the file is written in pieces:
    it may go on for days, and what is there is whole when the program is killed.
    """

    def __init__(
        self, path: Path, film: Film, source: str | os.PathLike[str] | None = None
    ) -> None:
        self._name, self._time = Path(source or path).name, 0.0
        with ExitStack() as files:
            filmed = None if source is None else files.enter_context(_open(source))
            # FFmpeg keeps silent where the last of its own file finds no room on the disk; Python's
            # tells, but cannot be put in order at the end.
            file = str(path) if filmed else files.enter_context(path.open("wb"))
            options = WHOLE if filmed else ENDLESS
            self._container = files.enter_context(av.open(file, "w", "mp4", options=options))
            self._pictures = _add_pictures(self._container, film)
            self.sound, packets = _open_sound(filmed, self._container)
            self._packets = _whole(packets, self._name)
            self._waiting = next(self._packets, None)
            self._files = files.pop_all()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        # What is given up need not be whole.
        with suppress(av.FFmpegError) if failed else self._writable(), self._files:
            if failed is None:
                self._container.mux(self._pictures.encode())
                self._write_sound(math.inf)

    def write(self, frame: Frame) -> None:
        """Append a frame, scaled to the film's size where it has another, and the sound up to it.

        Raises VideoError where the sound is damaged.
        """
        self._time = frame.time
        picture = av.VideoFrame.from_ndarray(frame.pixels, format="rgb24")
        picture = picture.reformat(
            self._pictures.width,
            self._pictures.height,
            format="yuv420p",
            dst_colorspace="ITU709",
            dst_color_range="MPEG",
            threads=1,
        )
        picture.pts, picture.time_base = round(frame.time / CLOCK), CLOCK
        picture.duration = round(frame.duration / CLOCK)
        with self._writable():
            self._container.mux(self._pictures.encode(picture))
            self._write_sound(frame.time)

    @contextmanager
    def _writable(self) -> Iterator[None]:
        try:
            yield
        except UNWRITABLE as error:
            raise _damaged(self._name, self._time) from error

    def _write_sound(self, end: float) -> None:
        while (packet := self._waiting) and (packet.dts or 0) * packet.time_base <= end:
            with suppress(*UNWRITABLE):  # a moment of silence is no reason to refuse a video
                self._container.mux(packet)
            self._waiting = next(self._packets, None)


@contextmanager
def _open(source: str | os.PathLike[str]) -> Iterator[InputContainer]:
    """The video file at `source`; VideoError says why it cannot be opened."""
    path = Path(source)
    try:
        if path.stat().st_size == 0:
            raise VideoError(
                "{name} is empty (0 bytes); save or download it again.", name=path.name
            )
        container = av.open(
            str(path),
            container_options={"format_whitelist": FORMATS},
            metadata_errors="replace",  # a title may be written in any encoding
        )
    except av.FFmpegError as error:
        raise VideoError(
            "{name} is not a video this program can read; save it as MP4.", name=path.name
        ) from error
    except OSError as error:
        raise VideoError(
            "{name} cannot be read ({reason}); check the path.",
            name=str(path),
            reason=error.strerror,
        ) from error
    with container:
        yield container


def video_stream(container: InputContainer, name: str) -> av.VideoStream:
    """The first stream of moving pictures, the cover of a song is none; raises VideoError."""
    for stream in container.streams.video:
        if stream.codec_context is None or stream.disposition & Disposition.attached_pic:
            continue
        if stream.width * stream.height > MAX_PIXELS:
            raise VideoError(
                "{name} has {width} x {height} pixels a picture, more than the {limit} million "
                "allowed; make it smaller.",
                name=name,
                width=stream.width,
                height=stream.height,
                limit=MAX_PIXELS // 1_000_000,
            )
        if stream.frames > MAX_FRAMES:  # 0 where the file doesn't tell
            raise _too_many(name)
        # A picture may be larger than its stream says.
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        return stream
    raise VideoError("{name} holds no moving pictures; give a video.", name=name)


def _rate(stream: av.VideoStream) -> Fraction:
    """Pictures in a second, on average."""
    told = stream.average_rate
    return told if told and SHORTEST_TIME <= 1 / told <= LONGEST_TIME else USUAL_RATE


def fitting_size(picture: av.VideoFrame, aspect: Fraction | None) -> tuple[int, int]:
    """Width and height in which a picture, whose pixels have that aspect ratio, is shown.

    The long side is within SHORTEST..LONGEST, and both are even as H.264 wants them.
    """
    width, height = picture.width * float(aspect or 1), picture.height
    longest = max(width, height)
    scale = min(max(longest, SHORTEST), LONGEST) / longest
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _whole(items: Iterable[Item], name: str) -> Iterator[Item]:
    """The frames or packets of a file; VideoError where FFmpeg finds it damaged."""
    time = 0.0
    try:
        for item in items:
            if item.pts is not None and item.time_base is not None:
                time = float(item.pts * item.time_base)
            yield item
    except av.FFmpegError as error:
        raise _damaged(name, time) from error


def _damaged(name: str, time: float) -> VideoError:
    return VideoError(
        "{name} is damaged after {time:.1f} seconds; save or download it again.",
        name=name,
        time=time,
    )


def _counted(frames: Iterable[av.VideoFrame], name: str) -> Iterator[av.VideoFrame]:
    """The frames of a file; VideoError where they are more than MAX_FRAMES."""
    for number, frame in enumerate(frames):
        if number == MAX_FRAMES:
            raise _too_many(name)
        yield frame


def _too_many(name: str) -> VideoError:
    return VideoError(
        "{name} has more than the {limit:,} pictures allowed; give it in parts.",
        name=name,
        limit=MAX_FRAMES,
    )


class _Leaps:
    """Finds where the times of a stream, in seconds, leap: the file was damaged or put together."""

    def __init__(self) -> None:
        self._time, self._left_out = 0.0, 0.0

    def left_out(self, time: float, usual: float) -> float:
        """What is to be taken from `time`, and from all later ones, to let them go on as usual."""
        passed = time - self._left_out - self._time
        if not -MOST_BACK <= passed <= LONGEST_TIME:
            self._left_out += passed - usual
        self._time = time - self._left_out
        return self._left_out


def _timed(
    frames: Iterable[av.VideoFrame], container: InputContainer, rate: Fraction
) -> Iterator[tuple[av.VideoFrame, float, float]]:
    """Each frame with its time from the start and its duration, in seconds; time only goes on."""
    start, usual = (container.start_time or 0) / av.time_base, float(1 / rate)
    leaps, shown, time = _Leaps(), None, -usual
    for frame in frames:
        told = time + usual
        if frame.time is not None:
            told = frame.time - start - leaps.left_out(frame.time - start, usual)
        following = max(told, time + SHORTEST_TIME, 0.0)
        if shown is not None:
            yield shown, time, following - time
        shown, time = frame, following
    if shown is not None:
        yield shown, time, usual


def _add_pictures(container: OutputContainer, film: Film) -> av.VideoStream:
    options = {"preset": "veryfast", "crf": "23"}
    stream = container.add_stream("libx264", rate=film.rate, options=options)
    stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
    stream.thread_type = "AUTO"
    stream.codec_context.time_base = CLOCK
    for name, value in COLOURS.items():
        setattr(stream.codec_context, name, value)
    return stream


def _open_sound(
    source: InputContainer | None, target: OutputContainer
) -> tuple[Sound, Iterator[SoundPacket]]:
    """What becomes of the first sound of `source`, and its packets, ready for `target`."""
    if source is None or not source.streams.audio:
        return "none", iter(())
    stream = source.streams.audio[0]
    if stream.codec_context is None:
        return "left out", iter(())
    if stream.codec_context.codec.canonical_name in COPIED_SOUND:
        copy = target.add_stream_from_template(stream)
        return "copied", _increasing(_copied(source, stream, copy))
    rate = min(AAC_RATES, key=lambda rate: abs(rate - stream.rate))
    converted = target.add_stream("aac", rate=rate)
    converted.layout = "mono" if stream.channels == 1 else "stereo"
    return "converted", _increasing(_converted(source, stream, converted))


def _copied(
    source: InputContainer, stream: av.AudioStream, copy: av.AudioStream
) -> Iterator[SoundPacket]:
    start = _start_in(source, stream.time_base)
    for packet in source.demux(stream):
        if packet.dts is not None:
            packet.dts -= start
            packet.pts = packet.dts if packet.pts is None else packet.pts - start
            packet.stream = copy
            yield packet


def _converted(
    source: InputContainer, stream: av.AudioStream, encoder: av.AudioStream
) -> Iterator[SoundPacket]:
    encoder.codec_context.open()
    resampler = av.AudioResampler(
        "fltp", encoder.layout, encoder.rate, encoder.codec_context.frame_size
    )
    for packet in source.demux(stream):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            continue  # a moment of silence again
        for frame in frames:
            if frame.pts is not None:
                frame.pts -= _start_in(source, frame.time_base)
            for part in resampler.resample(frame):
                yield from encoder.encode(part)
    for part in resampler.resample(None):
        yield from encoder.encode(part)
    yield from encoder.encode()


def _start_in(source: InputContainer, time_base: Fraction | None) -> int:
    """When a file starts, in units of `time_base`; 0 where there is none."""
    if not time_base:
        return 0
    return round((source.start_time or 0) / (av.time_base * time_base))


def _increasing(packets: Iterable[SoundPacket]) -> Iterator[SoundPacket]:
    """Without leaps, and without the packets that go back in time, which no MP4 file can hold."""
    leaps, last = _Leaps(), None
    for packet in packets:
        if packet.dts is None:
            continue
        base = packet.time_base
        left_out = leaps.left_out(float(packet.dts * base), float((packet.duration or 0) * base))
        packet.dts -= round(left_out / base)
        packet.pts = packet.dts if packet.pts is None else packet.pts - round(left_out / base)
        if last is None or packet.dts > last:
            last = packet.dts
            yield packet
