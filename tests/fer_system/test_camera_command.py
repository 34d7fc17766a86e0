"""What `fer camera` writes down of the moments of a camera."""

import json

import numpy as np

from fer_system import Recognizer
from fer_system.camera import CameraError, Moment, Outage
from fer_system.camera_command import Recording, write_down
from fer_system.film import read_film, read_frames
from fer_system.tracker import Tracker
from tests.clips import face_picture

EMPTY = np.full((240, 320, 3), 128, np.uint8)


def nobody(time):
    return Moment(time, (), EMPTY)


def somebody(recognizer, time):
    picture = face_picture(640, 480)
    return Moment(time, tuple(Tracker().update(recognizer.frame(picture), time)), picture)


def test_every_face_is_written_and_the_lack_of_one_once(model_path, capsys):
    recognizer = Recognizer(model_path, "haar")
    lost = Outage(4.0, CameraError("The camera is gone."))
    moments = [
        *(nobody(0.0), nobody(1.0), somebody(recognizer, 2.0), nobody(3.0), nobody(3.5)),
        *(lost, nobody(9.0), nobody(9.5), somebody(recognizer, 10.0), somebody(recognizer, 11.0)),
    ]
    shown = []
    write_down(moments, "camera 0", recognizer, False, shown.append)
    written = capsys.readouterr()
    records = [json.loads(line) for line in written.out.splitlines()]
    assert [(record["time"], record["face"], record["error"]) for record in records] == [
        (0.0, None, None),
        (2.0, 1, None),
        (3.0, None, None),
        (4.0, None, "The camera is gone."),
        (9.0, None, None),
        (10.0, 1, None),
        (11.0, 1, None),
    ]
    assert shown == [moment for moment in moments if moment is not lost]
    started, gone, back = written.err.splitlines()
    assert started == f"Watching camera 0 since {records[0]['started']}; Ctrl+C ends it."
    assert gone == "The camera is gone. It is tried again after 1, 2, 4 ... 60 seconds."
    assert back == "camera 0 is back after 5 seconds."


def test_a_recording_keeps_its_size_and_times_whatever_the_camera_sends(tmp_path):
    recording = Recording(tmp_path / "new folder" / "out.mp4")
    recording.add(nobody(100.0))
    recording.add(Moment(160.5, (), face_picture(640, 480)))
    assert not (tmp_path / "new folder" / "out.mp4").exists()
    recording.close()
    [path] = (tmp_path / "new folder").iterdir()
    film = read_film(path)
    assert (film.width, film.height) == (320, 240)
    frames = list(read_frames(path, film))
    assert [round(frame.time, 3) for frame in frames] == [0.0, 60.5]
    assert np.abs(frames[1].pixels.astype(int) - face_picture()).mean() < 10


def test_a_recording_of_nothing_is_no_file(tmp_path):
    Recording(tmp_path / "out.mp4").close()
    assert list(tmp_path.iterdir()) == []
