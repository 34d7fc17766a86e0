"""A camera, followed by its newest picture -> moments with their faces, in bounded memory.

    find_camera(text) -> Camera --frames--> Shot ... --Newest--> Shot --moments--> Moment

A thread of its own takes the pictures as the camera sends them and holds the newest one alone;
pictures that come while another one is being recognised are passed over, and so is the work of
converting them. A video file stands in for a camera: its pictures come at the file's own pace.
"""

import errno
import re
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Generic, Literal, TypeVar

import av
import numpy as np
from av.container import InputContainer

from .film import Frame, VideoError, fitting_size, pixels_of, read_film, read_frames, video_stream
from .recognizer import Recognizer
from .tracker import TrackedFace, Tracker

SECONDS_OF_SILENCE = 10
"""A camera on the network that sends nothing for so long is taken for lost."""

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between two attempts to reach a lost camera: they double from the one to the other."""

DEVICE_FOLDER = "/dev/"
RTSP = "rtsp://"

# What stands before the last @ of an address, which may be a password with any sign in it, and
# what is given to a name like one.
LOGIN = re.compile(r"(?s)(:/+).*@")
SECRET = re.compile(r"(?i)((?:pass|pwd|token|secret|auth|key)\w*?=)[^&;\s]+")

Item = TypeVar("Item")
Clock = Callable[[], float]
"""Seconds since the start; never runs back."""
Wait = Callable[[float], bool]
"""Waits for so many seconds, or until all is to end; tells whether it is."""


class CameraError(ValueError):
    """The camera gives no pictures; the message is one sentence without passwords."""


@dataclass(frozen=True)
class Camera:
    """Where pictures come from.

    `address` is what opens it, passwords and all, `name` what may be shown of it.
    """

    name: str
    kind: Literal["device", "network", "file"]
    address: str = field(repr=False)


@dataclass(frozen=True)
class Shot:
    """A picture as a camera sent it, `time` seconds after the start; its pixels' `aspect` ratio."""

    frame: av.VideoFrame = field(repr=False)
    aspect: Fraction | None
    time: float

    @property
    def pixels(self) -> np.ndarray:
        """The picture, converted now: uint8 RGB (height, width, 3)."""
        return pixels_of(self.frame, fitting_size(self.frame, self.aspect))


@dataclass(frozen=True)
class Outage:
    """From `time`, in seconds after the start, a camera gives no picture, and why."""

    time: float
    error: CameraError


@dataclass(frozen=True)
class Moment:
    """The faces that a camera showed `time` seconds after the start, in `pixels`, uint8 RGB."""

    time: float
    faces: tuple[TrackedFace, ...]
    pixels: np.ndarray = field(repr=False, compare=False)


def find_camera(text: str) -> Camera:
    """The camera that a person names: 0, /dev/video0, rtsp://..., or the path of a video file.

    Raises CameraError for any other address; whether the camera is there shows when it is watched.
    """
    if re.fullmatch(r"[0-9]+", text):
        return Camera(f"camera {int(text)}", "device", text)
    if text.startswith(DEVICE_FOLDER):
        return Camera(text, "device", text)
    if text.lower().startswith(RTSP):
        return Camera(hide_secrets(text), "network", text)
    if re.match(r"\w\w+:/", text):
        raise CameraError(
            f"{hide_secrets(text)} is no address that this program can watch; give a camera's "
            "number, rtsp://HOST/PATH or a video file."
        )
    return Camera(Path(text).name, "file", text)


def hide_secrets(text: str) -> str:
    """`text` with *** for user and password of the address in it, and for values like passwords."""
    return SECRET.sub(r"\1***", LOGIN.sub(r"\1***@", text))


def watch(
    camera: Camera, recognizer: Recognizer, every: float = 0.0
) -> Generator[Moment | Outage, None, None]:
    """What `camera` shows, as it comes; at most one moment in `every` seconds.

    A lost camera is an Outage, and is tried again until it is back; a file ends. Closing the
    iterator lets go of the camera. Raises CameraError where the camera cannot be opened at first,
    and VideoError where a file is damaged on the way.
    """
    ending, start = threading.Event(), time.monotonic()

    def clock() -> float:
        return time.monotonic() - start

    shots = filmed if camera.kind == "file" else live
    with closing(Newest(shots(camera, clock, ending.wait), ending)) as newest:
        yield from moments(newest, recognizer, every)


def moments(
    shots: Iterable[Shot | Frame | Outage], recognizer: Recognizer, every: float = 0.0
) -> Iterator[Moment | Outage]:
    """The faces of the shots that are `every` seconds apart or more, and the first of each outage.

    Faces are followed from one to the next; those that were lost a moment ago are not told.
    """
    tracker, due, lost = Tracker(), 0.0, False
    for shot in shots:
        if isinstance(shot, Outage):
            if not lost:
                yield shot
            lost = True
        elif shot.time >= due:
            due, lost, pixels = shot.time + every, False, shot.pixels
            faces = tracker.update(recognizer.frame(pixels, quality=True), shot.time)
            yield Moment(shot.time, tuple(face for face in faces if not face.unseen), pixels)


class Newest(Generic[Item]):
    """Iterates over what a thread takes out of `items`, always the newest that there is.

    Only one item waits here, whatever the two speeds. At the end of `items` the last one still
    comes; an error of theirs is raised then. `close` sets `ending`, which `items` may look at too.
    """

    def __init__(self, items: Generator[Item, None, None], ending: threading.Event) -> None:
        self._items, self._ending = items, ending
        self._changed = threading.Condition()
        self._waiting: list[Item] = []
        self._ended = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                waiting, self._waiting = self._waiting, []
            if not waiting:
                break
            yield waiting.pop()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Have the thread let go of the camera and end; a silent camera isn't waited for."""
        self._ending.set()
        self._thread.join(timeout=2)

    def _read(self) -> None:
        try:
            with closing(self._items):
                for item in self._items:
                    with self._changed:
                        self._waiting = [item]
                        self._changed.notify()
                    if self._ending.is_set():
                        break
        except Exception as error:  # raised to whoever iterates
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify()


def filmed(camera: Camera, clock: Clock, wait: Wait) -> Generator[Frame, None, None]:
    """The pictures of a file, each when its time has come."""
    try:
        film = read_film(camera.address)
    except VideoError as error:
        raise CameraError(str(error)) from error
    for frame in read_frames(camera.address, film):
        if wait(max(0.0, frame.time - clock())):
            break
        yield frame


def live(camera: Camera, clock: Clock, wait: Wait) -> Generator[Shot | Outage, None, None]:
    """The pictures of a camera, and why there are none, until all is to end."""
    return reconnecting(lambda: connect(camera, clock), clock, wait)


def reconnecting(
    connect: Callable[[], Iterator[Item]], clock: Clock, wait: Wait
) -> Generator[Item | Outage, None, None]:
    """What `connect` gives until its CameraError, which becomes an Outage, again and again.

    The pauses between are 1, 2, 4 ... 60 seconds, and 1 again after an item that came. Where
    nothing ever came the CameraError is raised.
    """
    pause, reached = SHORTEST_PAUSE, False
    while True:
        try:
            for item in connect():
                pause, reached = SHORTEST_PAUSE, True
                yield item
        except CameraError as error:
            if not reached:
                raise
            yield Outage(clock(), error)
        if wait(pause):
            break
        pause = min(2 * pause, LONGEST_PAUSE)


def connect(camera: Camera, clock: Clock) -> Iterator[Shot]:
    """The pictures of one connection; raises CameraError where it ends, or where there is none."""
    with opened(camera) as container:
        try:
            stream = video_stream(container, camera.name)
        except VideoError as error:
            raise CameraError(str(error)) from error
        for frame in received(container, stream):
            yield Shot(frame, stream.sample_aspect_ratio, clock())
    raise CameraError(f"{camera.name} sends no more pictures.")


def received(container: InputContainer, stream: av.VideoStream) -> Iterator[av.VideoFrame]:
    """The pictures of a connection until it breaks, but for those that came damaged."""
    with suppress(av.FFmpegError):
        for packet in container.demux(stream):
            yield from decoded(packet)


def decoded(packet: "av.Packet[av.VideoStream]") -> list[av.VideoFrame]:
    """The pictures of a packet; none where it was damaged on its way."""
    try:
        return packet.decode()
    except av.InvalidDataError:
        return []


@contextmanager
def opened(camera: Camera) -> Iterator[InputContainer]:
    """A device or a camera on the network, opened as nothing else; raises CameraError."""
    address, form, options = how_to_open(camera)
    try:
        container = av.open(
            address,
            format=form,
            options=options,
            metadata_errors="replace",
            timeout=SECONDS_OF_SILENCE,
        )
    except av.FFmpegError as error:
        raise CameraError(trouble(camera, error)) from None  # its own words tell the password
    with container:
        yield container


def how_to_open(camera: Camera) -> tuple[str, str, dict[str, str]]:
    """What FFmpeg calls a camera and the kind of its source, and with which options."""
    if camera.kind == "network":
        silence = str(SECONDS_OF_SILENCE * 1_000_000)  # in microseconds
        return camera.address, "rtsp", {"rtsp_transport": "tcp", "timeout": silence}
    if camera.address.startswith(DEVICE_FOLDER):
        return camera.address, "v4l2", {}
    if sys.platform == "darwin":
        return camera.address, "avfoundation", {"framerate": "30"}
    if sys.platform == "win32":
        return f"video={windows_name(camera)}", "dshow", {}
    return f"{DEVICE_FOLDER}video{camera.address}", "v4l2", {}


def windows_name(camera: Camera) -> str:
    """What Windows calls the camera of that number; raises CameraError."""
    devices = av.enumerate_input_devices("dshow")
    names = [device.name for device in devices if "video" in device.media_types]
    if int(camera.address) >= len(names):
        raise CameraError(no_such(camera.name))
    return names[int(camera.address)]


def no_such(name: str) -> str:
    """The sentence on a device that isn't there."""
    return f"There is no {name}; plug it in, or name another one."


def trouble(camera: Camera, error: av.FFmpegError) -> str:
    """A sentence on why a camera cannot be opened."""
    find = device_trouble if camera.kind == "device" else network_trouble
    return find(camera.name, error)


def device_trouble(name: str, error: av.FFmpegError) -> str:
    """That sentence for a device."""
    if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return no_such(name)
    if error.errno == errno.EBUSY:
        return f"{name} is in use by another program; close that one first."
    if isinstance(error, PermissionError):
        return f"{name} may not be opened by this user; on Linux the group video may."
    return f"{name} gives no pictures ({error.strerror}); name another one."


def network_trouble(name: str, error: av.FFmpegError) -> str:
    """That sentence for a camera on the network."""
    if isinstance(error, av.HTTPUnauthorizedError | av.HTTPForbiddenError):
        return f"{name} wants another login; give it as rtsp://USER:PASSWORD@HOST/PATH."
    if isinstance(error, av.HTTPNotFoundError):
        return f"{name} is no stream of that camera; check the path."
    if isinstance(error, ConnectionRefusedError):
        return f"{name} refuses connections; check host and port, and that the camera is on."
    if isinstance(error, av.InvalidDataError | av.ExitError | TimeoutError):
        return f"{name} doesn't answer as a camera does; check host and port."
    return f"{name} cannot be reached ({error.strerror}); check the address."
