"""A camera followed by its newest picture: its pieces, on pictures and clocks of the tests' own."""

import errno
import math
import threading
import weakref
from contextlib import closing

import av
import numpy as np
import pytest

from fer_system import Recognizer
from fer_system.camera import (
    CameraError,
    Newest,
    Outage,
    Shot,
    decoded,
    device_trouble,
    filmed,
    find_camera,
    hide_secrets,
    how_to_open,
    moments,
    reconnecting,
)
from tests.clips import face_picture, steady, write_clip


@pytest.fixture(scope="module")
def recognizer(model_path):
    return Recognizer(model_path, "haar")


def shot(time, picture=None):
    picture = face_picture(640, 480) if picture is None else picture
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
    return Shot(frame, None, time)


def test_a_camera_is_a_number_a_device_an_address_or_a_file():
    for text, name, kind in [
        ("0", "camera 0", "device"),
        ("/dev/video2", "/dev/video2", "device"),
        ("rtsp://10.0.0.7/live", "rtsp://10.0.0.7/live", "network"),
        ("RTSP://10.0.0.7/live", "RTSP://10.0.0.7/live", "network"),
        ("films/room.mp4", "room.mp4", "file"),
        ("./0", "0", "file"),
    ]:
        camera = find_camera(text)
        assert (camera.name, camera.kind, camera.address) == (name, kind, text)
    for text in ("http://ann:secret@10.0.0.7/", "rtsp:/ann:secret@10.0.0.7/"):
        with pytest.raises(CameraError, match="is no address") as refused:
            find_camera(text)
        assert "secret" not in str(refused.value)


def test_no_password_is_left_of_an_address():
    for address, shown in [
        ("rtsp://ann:secret@host:554/live?channel=1", "rtsp://***@host:554/live?channel=1"),
        ("rtsp://ann:se/cr@et?#@host/live", "rtsp://***@host/live"),
        ("rtsp://ann:sec ret@host/live", "rtsp://***@host/live"),
        ("rtsp://host/live?user=ann&password=secret&channel=1",
         "rtsp://host/live?user=ann&password=***&channel=1"),
        ("rtsp://host/user=ann_Passwd=secret_channel=1", "rtsp://host/user=ann_Passwd=***"),
        ("rtsp://host/live?token=secret", "rtsp://host/live?token=***"),
        ("rtsp://host/live", "rtsp://host/live"),
    ]:  # fmt: skip
        assert hide_secrets(address) == shown
        assert find_camera(address).name == shown
        assert "sec" not in repr(find_camera(address))


def test_a_camera_is_opened_as_what_it_is_on_each_system(monkeypatch):
    assert how_to_open(find_camera("/dev/video2")) == ("/dev/video2", "v4l2", {})
    assert how_to_open(find_camera("rtsp://host/live"))[:2] == ("rtsp://host/live", "rtsp")
    for system, place in [("linux", ("/dev/video1", "v4l2")), ("darwin", ("1", "avfoundation"))]:
        monkeypatch.setattr("sys.platform", system)
        assert how_to_open(find_camera("1"))[:2] == place


def test_why_a_device_cannot_be_opened_is_a_sentence():
    for number, words in [
        (errno.ENOENT, "There is no camera 0; "),
        (errno.EBUSY, "camera 0 is in use by another program; "),
        (errno.EACCES, "camera 0 may not be opened by this user; "),
        (errno.ENOTTY, "camera 0 gives no pictures (Inappropriate ioctl for device); "),
    ]:
        with pytest.raises(av.FFmpegError) as failed:
            av.error.err_check(-number)
        sentence = device_trouble("camera 0", failed.value)
        assert sentence.startswith(words)
        assert sentence.endswith(".")


def test_moments_are_so_many_seconds_apart_and_a_face_keeps_its_number(recognizer):
    shots = [shot(time) for time in (0.0, 0.4, 0.9, 1.0, 1.9, 2.1, 2.2)]
    found = list(moments(shots, recognizer, every=1.0))
    assert [moment.time for moment in found] == [0.0, 1.0, 2.1]
    assert [[face.id for face in moment.faces] for moment in found] == [[1]] * 3
    assert len(list(moments(shots, recognizer))) == len(shots)
    assert found[0].pixels.shape == (480, 640, 3)
    assert np.abs(found[0].pixels.astype(int) - face_picture(640, 480)).mean() < 5


def test_a_face_that_was_lost_a_moment_ago_is_not_told(recognizer):
    empty = np.full((480, 640, 3), 128, np.uint8)
    found = moments([shot(0.0), shot(0.1, empty), shot(0.2)], recognizer)
    assert [[face.id for face in moment.faces] for moment in found] == [[1], [], [1]]


def test_an_outage_is_told_once_and_the_faces_after_it_go_on(recognizer):
    lost = [Outage(time, CameraError("gone.")) for time in (1.0, 2.0, 4.0)]
    found = list(moments([shot(0.0), *lost, shot(8.0), lost[0]], recognizer, every=5.0))
    assert [found[0].time, found[1], found[2].time, found[3]] == [0.0, lost[0], 8.0, lost[0]]


def connections(*lengths):
    """A way to connect that gives so many items each time, fails at 0, and in the end for ever."""
    left = list(lengths)

    def connect():
        yield from range(left.pop(0) if left else 0)
        raise CameraError("gone.")

    return connect


def test_pauses_double_up_to_a_minute_and_begin_again_after_a_picture():
    pauses = []

    def wait(seconds):
        pauses.append(seconds)
        return len(pauses) == 12

    given = list(reconnecting(connections(2, 0, 0, 1), lambda: 7.0, wait))
    assert pauses == [1, 2, 4, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert [item for item in given if not isinstance(item, Outage)] == [0, 1, 0]
    outages = [item for item in given if isinstance(item, Outage)]
    assert len(outages) == len(pauses)
    assert {(outage.time, str(outage.error)) for outage in outages} == {(7.0, "gone.")}


def test_a_camera_that_never_was_there_is_not_waited_for():
    def wait(seconds):
        raise AssertionError("waited")

    with pytest.raises(CameraError, match="gone"):
        list(reconnecting(connections(), lambda: 0.0, wait))


class Item:
    """Something that can be counted while it is alive."""

    def __init__(self, number):
        self.number = number


def test_a_slow_reader_gets_the_newest_of_a_fast_source_and_holds_no_more():
    alive, most, far = weakref.WeakSet(), [0], threading.Event()

    def source():
        for number in range(10_000):
            item = Item(number)
            alive.add(item)
            most[0] = max(most[0], len(alive))
            if number == 5_000:
                far.set()
            yield item

    with closing(Newest(source(), threading.Event())) as newest:
        numbers = []
        for item in newest:
            numbers.append(item.number)
            assert far.wait(timeout=60), "the source waits for the reader"
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 9_999, "the last one comes"
    assert numbers[1] >= 5_000, "those in between are passed over"
    assert most[0] <= 3, "one with the source, one waiting, one with the reader"


def test_what_fails_in_the_source_fails_where_it_is_read():
    def source():
        yield 1
        raise CameraError("gone.")

    seen = []
    with pytest.raises(CameraError, match="gone"):
        seen += Newest(source(), threading.Event())
    assert set(seen) <= {1}


def test_closing_ends_the_source_even_while_it_waits():
    ending, closed = threading.Event(), threading.Event()

    def source():
        try:
            yield 1
            while not ending.wait(60):
                yield 2
        finally:
            closed.set()

    newest = Newest(source(), ending)
    assert next(iter(newest)) == 1
    newest.close()
    assert closed.is_set()


def test_a_file_is_played_at_its_own_pace_and_stops_when_told(tmp_path):
    now, stop_at = [0.0], [math.inf]

    def wait(seconds):
        now[0] += seconds
        return now[0] > stop_at[0]

    camera = find_camera(str(write_clip(tmp_path / "clip.mp4", steady(10))))
    shown = [(frame.time, now[0]) for frame in filmed(camera, lambda: now[0], wait)]
    assert [time for time, _ in shown] == pytest.approx(steady(10))
    assert [at for _, at in shown] == pytest.approx(steady(10))
    now[0], stop_at[0] = 0.0, 0.45
    assert len(list(filmed(camera, lambda: now[0], wait))) == 5


def test_a_packet_that_came_damaged_costs_no_more_than_its_pictures(tmp_path):
    with av.open(str(write_clip(tmp_path / "clip.mp4", steady(10)))) as container:
        packets = list(container.demux(video=0))
        broken = av.Packet(b"\xff" * 400)
        broken.stream = packets[0].stream
        assert decoded(broken) == []
        assert sum(len(decoded(packet)) for packet in packets) == 10
