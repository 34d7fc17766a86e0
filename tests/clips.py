"""Video clips made by the tests: a real face, in any time, turn and sound."""

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image
from skimage import data

RATE = 10
SOUND_RATE = 16_000


def face_picture(width=320, height=240):
    """The astronaut's head in the middle of a picture of that size, upright."""
    head = data.astronaut()[20:212, 100:356]
    return cv2.resize(head, (width, height), interpolation=cv2.INTER_AREA)


def steady(count, rate=RATE):
    """The times, in seconds, of `count` frames at a constant rate."""
    return [number / rate for number in range(count)]


def write_clip(
    path: Path,
    times: Sequence[float],
    picture: np.ndarray | None = None,
    rotation: float = 0,
    sound: str | None = None,
) -> Path:
    """A video of `picture`, shown anew at each of `times`, in seconds.

    `rotation` is written into the metadata, in degrees to the left. `sound` is the codec of a tone
    from the first of them to the last.
    """
    picture = face_picture() if picture is None else picture
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        video.height, video.width = picture.shape[:2]
        video.pix_fmt = "yuv444p" if picture.shape[0] % 2 or picture.shape[1] % 2 else "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        video.set_display_rotation(rotation)
        tone = _add_tone(container, sound) if sound else None
        for time in times:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if tone:
            _write_tone(container, tone, times[-1] - times[0], times[0])
    return path


def write_pictures(path: Path, sizes: Sequence[tuple[int, int]]) -> Path:
    """A video of Motion JPEG whose pictures have those widths and heights, the first one's told."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("mjpeg", rate=RATE)
        video.width, video.height = sizes[0]
        video.pix_fmt = "yuvj420p"
        for number, size in enumerate(sizes):
            content = io.BytesIO()
            Image.fromarray(face_picture(*size)).save(content, "JPEG")
            packet = av.Packet(content.getvalue())
            packet.stream, packet.time_base = video, Fraction(1, RATE)
            packet.pts = packet.dts = number
            packet.is_keyframe = True
            container.mux(packet)
    return path


def write_song(path: Path, seconds: float = 1, codec: str = "aac") -> Path:
    """A file with sound alone."""
    with av.open(str(path), "w") as container:
        _write_tone(container, _add_tone(container, codec), seconds)
    return path


def _add_tone(container, codec):
    stream = container.add_stream(codec, rate=SOUND_RATE)
    stream.layout = "mono"
    stream.codec_context.open()
    return stream


def _write_tone(container, stream, seconds, start=0.0):
    levels = np.sin(np.arange(int(seconds * SOUND_RATE)) * 0.2).astype(np.float32)[np.newaxis]
    frame = av.AudioFrame.from_ndarray(levels, format="fltp", layout="mono")
    frame.rate, frame.pts, frame.time_base = (
        SOUND_RATE,
        round(start * SOUND_RATE),
        Fraction(1, SOUND_RATE),
    )
    size = stream.codec_context.frame_size or 1024
    resampler = av.AudioResampler(stream.format, "mono", SOUND_RATE, size)
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(part))
    container.mux(stream.encode())
