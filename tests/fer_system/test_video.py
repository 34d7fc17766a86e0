import csv
import itertools
import json
import struct
import subprocess
import sys
import threading
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fer_system import Recognizer, VideoError, annotate_video
from fer_system.colours import face_colour
from fer_system.drawing import default_label
from tests.clips import RATE, face_picture, steady, write_clip, write_pictures, write_song


@pytest.fixture(scope="module")
def recognizer(model_path):
    return Recognizer(model_path, "haar")


@pytest.fixture
def target(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "faces.mp4"


def annotated(source, target, recognizer, **options):
    """The whole report of a video."""
    *_, report = annotate_video(source, target, recognizer, **options)
    return report


def frames(path):
    """(time, RGB picture) of every frame of a video."""
    with av.open(str(path)) as container:
        return [
            (frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)
        ]


def sound_packets(path):
    with av.open(str(path)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(audio=0) if packet.size]


def test_a_face_is_followed_through_the_video_and_told_in_both_tables(recognizer, target, tmp_path):
    report = annotated(write_clip(tmp_path / "clip.mp4", steady(12)), target, recognizer)
    assert (report.frames, report.width, report.height) == (12, 320, 240)
    assert report.seconds == pytest.approx(1.2)
    assert report.done == 1
    (face,) = report.timeline.faces
    assert (face.first, face.last) == (0, pytest.approx(1.2))
    assert sum(face.shares.values()) == pytest.approx(1)

    rows = list(csv.DictReader(report.table.open(encoding="utf-8")))
    assert [row["face"] for row in rows] == ["1"] * 12
    assert [float(row["time"]) for row in rows] == pytest.approx(steady(12))
    document = json.loads(target.with_suffix(".json").read_text(encoding="utf-8"))
    assert document["summary"] == report.summary()
    assert [frame["time"] for frame in document["frames"]] == pytest.approx(steady(12))
    for row, frame in zip(rows, document["frames"], strict=True):
        (told,) = frame["faces"]
        for name in ("left", "top", "width", "height", "time", "confidence", "score"):
            assert float(row[name]) == told[name]
        assert (row["source"], row["label"]) == (told["source"], told["label"])
        assert tuple(told["probabilities"]) == recognizer.classes
        assert sum(float(row[name]) for name in recognizer.classes) == pytest.approx(1, abs=0.001)


def test_the_annotated_video_is_h264_for_browsers_with_the_faces_marked(
    recognizer, target, tmp_path
):
    annotated(write_clip(tmp_path / "clip.mp4", steady(5)), target, recognizer)
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert container.duration == pytest.approx(0.5 * av.time_base, rel=0.01)
    content = target.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat"), "plays only when wholly loaded"
    for _, picture in frames(target):
        changed = np.abs(picture.astype(int) - face_picture()).max(axis=2) > 60
        assert 0.005 < changed.mean() < 0.5


def test_a_variable_frame_rate_is_kept(subtests, recognizer, target, tmp_path):
    for container in ("mp4", "mkv"):
        with subtests.test(container=container):
            times = [0, 0.04, 0.4, 0.44, 1.3, 1.34, 2]
            report = annotated(
                write_clip(tmp_path / f"clip.{container}", times), target, recognizer
            )
            assert [time for time, _ in frames(target)] == pytest.approx(times, abs=0.002)
            (face,) = report.timeline.faces
            assert face.seconds == pytest.approx(report.seconds)
            assert report.seconds == pytest.approx(2 + 1 / RATE, abs=0.3)


def test_a_turned_video_is_set_upright(subtests, recognizer, target, tmp_path):
    for turns in (1, 2, 3):
        with subtests.test(turns=turns):
            lying = np.rot90(face_picture(), -turns)
            clip = write_clip(tmp_path / "clip.mp4", steady(3), lying, rotation=90 * turns)
            report = annotated(clip, target, recognizer)
            assert (report.width, report.height) == (320, 240)
            assert len(report.timeline.faces) == 1
            with av.open(str(target)) as container:
                frame = next(container.decode(video=0))
                assert (frame.width, frame.height, frame.rotation) == (320, 240, 0)
                seen = frame.to_ndarray(format="rgb24").astype(int)
            assert np.abs(seen - face_picture()).mean() < 15


def test_pictures_get_even_sides_and_a_size_that_labels_fit(subtests, recognizer, target):
    for given, made in [
        ((320, 240), (320, 240)),
        ((321, 241), (320, 240)),
        ((64, 48), (320, 240)),
        ((1920, 1080), (1280, 720)),
        ((1080, 1920), (720, 1280)),
        ((16, 1600), (12, 1280)),
    ]:
        with subtests.test(given=given, made=made):
            clip = write_clip(target.with_name("clip.mp4"), steady(2), face_picture(*given))
            report = annotated(clip, target, recognizer)
            assert (report.width, report.height) == made
            assert frames(target)[0][1].shape[:2] == made[::-1]


def test_colours_stay_what_they_are(recognizer, target, tmp_path):
    colours = [(200, 40, 40), (40, 160, 60), (50, 60, 190), (230, 230, 230)]
    picture = np.repeat(np.array([colours], np.uint8), 80, axis=1).repeat(240, axis=0)
    annotated(write_clip(tmp_path / "clip.mp4", steady(2), picture), target, recognizer)
    before, after = frames(tmp_path / "clip.mp4")[0][1], frames(target)[0][1]
    for x in (40, 120, 200, 280):
        assert before[120, x].astype(int) == pytest.approx(after[120, x].astype(int), abs=6)


def test_sound_that_mp4_can_hold_is_copied_as_it_is(recognizer, target, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(20), sound="aac")
    assert annotated(clip, target, recognizer).sound == "copied"
    assert sound_packets(target) == sound_packets(clip) != []


def test_other_sound_is_converted_and_keeps_its_length(subtests, recognizer, target, tmp_path):
    for codec in ("pcm_s16le", "flac", "mp2"):
        with subtests.test(codec=codec):
            clip = write_clip(tmp_path / "clip.mkv", steady(31), sound=codec)
            assert annotated(clip, target, recognizer).sound == "converted"
            with av.open(str(target)) as container:
                samples = sum(frame.samples for frame in container.decode(audio=0))
                assert container.streams.audio[0].codec_context.name == "aac"
            assert samples / 16_000 == pytest.approx(3, abs=0.2)


def test_sound_and_pictures_stay_together_in_a_file_that_does_not_start_at_zero(
    subtests, recognizer, target, tmp_path
):
    for codec in ("aac", "pcm_s16le"):
        with subtests.test(codec=codec):
            times = [5 + time for time in steady(21)]
            clip = write_clip(tmp_path / "clip.mkv", times, sound=codec)
            with av.open(str(clip)) as container:
                assert container.start_time == pytest.approx(5 * av.time_base, rel=0.02)
            report = annotated(clip, target, recognizer)
            assert report.seconds == pytest.approx(2.1, abs=0.05)
            assert [time for time, _ in frames(target)] == pytest.approx(steady(21), abs=0.1)
            with av.open(str(target)) as container:
                assert next(container.decode(audio=0)).time == pytest.approx(0, abs=0.1)


def test_sound_that_cannot_be_decoded_is_left_out_and_said_so(recognizer, target, tmp_path):
    clip = write_clip(tmp_path / "clip.mkv", steady(5), sound="pcm_s16le")
    clip.write_bytes(clip.read_bytes().replace(b"A_PCM/INT/LIT", b"A_UNKNOWN/XYZ"))
    assert annotated(clip, target, recognizer).sound == "left out"
    assert len(frames(target)) == 5


def test_a_video_without_sound_says_so(recognizer, target, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(2))
    assert annotated(clip, target, recognizer).sound == "none"


def test_a_video_that_does_not_tell_its_length_is_read_to_its_end(recognizer, target, tmp_path):
    whole = write_clip(tmp_path / "whole.mkv", steady(10)).read_bytes()
    place = whole.index(b"\x44\x89\x88")  # Matroska's element Duration, a float of 8 bytes
    clip = tmp_path / "clip.mkv"
    clip.write_bytes(whole[:place] + b"\xec\x89" + bytes(9) + whole[place + 11 :])  # Void
    reports = annotate_video(clip, target, recognizer)
    assert next(reports).done is None
    assert [report.frames for report in reports][-1] == 10


def test_a_video_without_faces_has_no_rows(recognizer, target, tmp_path):
    grey = np.full((240, 320, 3), 90, np.uint8)
    report = annotated(write_clip(tmp_path / "clip.mp4", steady(3), grey), target, recognizer)
    assert report.timeline.faces == []
    assert len(report.table.read_text(encoding="utf-8").splitlines()) == 1
    assert len(json.loads(target.with_suffix(".json").read_text())["frames"]) == 3


def test_a_title_that_is_not_in_unicode_is_no_reason_to_refuse(recognizer, target, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(3))
    name = "VidéoHandler".encode("latin-1")
    clip.write_bytes(clip.read_bytes().replace(b"VideoHandler", name))
    assert annotated(clip, target, recognizer).frames == 3


def test_times_that_leap_by_hours_go_on_as_usual(recognizer, target, tmp_path):
    years = 3e8
    times = [0, 0.1, 0.2, years, years + 0.1, years + 0.2]
    report = annotated(write_clip(tmp_path / "clip.mkv", times), target, recognizer)
    assert report.seconds == pytest.approx(0.6, abs=0.1)
    assert [time for time, _ in frames(target)] == pytest.approx(steady(6), abs=0.1)


def test_a_video_put_together_from_two_lasts_as_long_as_both(recognizer, target, tmp_path):
    part = write_clip(tmp_path / "part.ts", steady(21), sound="aac")
    (tmp_path / "clip.ts").write_bytes(part.read_bytes() * 2)
    report = annotated(tmp_path / "clip.ts", target, recognizer)
    assert report.seconds == pytest.approx(4.2, abs=0.1)
    assert len(sound_packets(target)) == 2 * len(sound_packets(part))
    with av.open(str(target)) as container:
        *_, last = container.demux(audio=0)
        assert container.streams.audio[0].duration * last.time_base == pytest.approx(4.1, abs=0.2)


def test_a_rate_beyond_reason_is_not_believed(subtests, recognizer, target, tmp_path):
    whole = write_clip(tmp_path / "whole.avi", steady(10)).read_bytes()
    scale = whole.index(b"strh") + 28  # seconds of a picture, times the number that follows
    for value in (0, 100_000_000, 2**32 - 1):
        with subtests.test(value=value):
            clip = tmp_path / "clip.avi"
            clip.write_bytes(whole[:scale] + value.to_bytes(4, "little") + whole[scale + 4 :])
            report = annotated(clip, target, recognizer)
            assert report.frames == 10
            assert report.seconds < 5


def test_a_length_below_zero_is_not_believed(recognizer, target, tmp_path):
    content = write_clip(tmp_path / "clip.mkv", steady(10)).read_bytes()
    place = content.index(b"\x44\x89\x88") + 3  # Matroska's element Duration
    clip = tmp_path / "clip.mkv"
    clip.write_bytes(content[:place] + struct.pack(">d", -1) + content[place + 8 :])
    assert annotated(clip, target, recognizer).duration is None


def test_a_video_of_more_pictures_than_anybody_waits_for_is_refused(
    subtests, recognizer, target, tmp_path
):
    for container in ("mp4", "mkv"):  # one tells their number before they are read
        with subtests.test(container=container), pytest.MonkeyPatch.context() as patch:
            patch.setattr("fer_system.film.MAX_FRAMES", 9)
            clip = write_clip(tmp_path / f"clip.{container}", steady(10))
            with pytest.raises(VideoError, match=r"more than the 9 pictures allowed; .*\.$"):
                annotated(clip, target, recognizer)
            assert not list(target.parent.iterdir())


def test_a_picture_that_is_larger_than_its_video_says_is_not_decoded(recognizer, target, tmp_path):
    clip = write_pictures(tmp_path / "clip.mkv", [(64, 48), (640, 480)])
    assert annotated(clip, target, recognizer).frames == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fer_system.film.MAX_PIXELS", 64 * 48)
        with pytest.raises(VideoError, match="damaged after"):
            annotated(clip, target, recognizer)


def test_damaged_sound_costs_a_moment_or_a_sentence(recognizer, target, tmp_path):
    whole = write_clip(tmp_path / "whole.ts", steady(10), sound="aac").read_bytes()
    second = whole.index(b"\xff\xf1", whole.index(b"\xff\xf1") + 1)  # where a packet of AAC begins
    clip = tmp_path / "clip.ts"
    clip.write_bytes(whole[: second + 3] + b"\0" + whole[second + 4 :])
    assert annotated(clip, target, recognizer).frames == 10
    for path in target.parent.iterdir():
        path.unlink()
    clip.write_bytes(whole[: second + 4] + b"\0" + whole[second + 5 :])
    with pytest.raises(VideoError, match=r"clip\.ts is damaged after"):
        annotated(clip, target, recognizer)
    assert not list(target.parent.iterdir())


def test_the_threshold_decides_what_is_uncertain(recognizer, target, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(3))
    (face,) = annotated(clip, target, recognizer, threshold=1.0).timeline.faces
    assert face.shares == {None: 1}
    (face,) = annotated(clip, target, recognizer, threshold=0.0).timeline.faces
    assert None not in face.shares


def test_a_wrong_threshold_is_refused(subtests, recognizer, target, tmp_path):
    for wrong in (float("nan"), -0.1, 1.1):
        with subtests.test(wrong=wrong):
            clip = write_clip(tmp_path / "clip.mp4", steady(2))
            with pytest.raises(
                ValueError, match=r"The threshold is .*; give a number from 0 to 1\."
            ):
                annotated(clip, target, recognizer, threshold=wrong)


def test_boxes_have_the_colours_of_the_faces_numbers_and_labels_the_words_asked_for(
    recognizer, target, tmp_path
):
    clip, asked = write_clip(tmp_path / "clip.mp4", steady(4)), []

    def words(face):
        asked.append((face.id, face.shown))
        return "freudig"

    annotated(clip, target, recognizer, words=words)
    assert [number for number, _ in asked] == [1] * 4
    marked = frames(target)[2][1].astype(int)
    near = np.abs(marked - face_colour(1)).max(axis=2) < 40
    was = np.abs(face_picture().astype(int) - face_colour(1)).max(axis=2) < 40
    assert near.sum() > was.sum() + 300


def test_no_thread_outlives_a_video(recognizer, target, tmp_path):
    whole, broken = write_clip(tmp_path / "clip.mp4", steady(30)), tmp_path / "broken.mp4"
    broken.write_bytes(
        damaged(write_clip(tmp_path / "noise.mp4", steady(40), noise()).read_bytes())
    )
    before = set(threading.enumerate())
    stopped = annotate_video(whole, target, recognizer)
    next(stopped)
    assert set(threading.enumerate()) > before
    stopped.close()
    assert set(threading.enumerate()) == before
    with pytest.raises(VideoError, match="damaged after"):
        annotated(broken, target, recognizer)
    assert set(threading.enumerate()) == before


def test_an_error_in_any_of_the_threads_comes_out_and_leaves_nothing(
    subtests, model_path, target, tmp_path
):
    clip = write_clip(tmp_path / "clip.mp4", steady(30))
    for part in ("detect", "read", "words"):
        with subtests.test(part=part):
            failing = Recognizer(model_path, "haar")
            works = default_label if part == "words" else getattr(failing, part)
            calls = itertools.count()

            def fail(*given, works=works, calls=calls, **options):
                if next(calls) == 2:
                    raise MemoryError("no room")
                return works(*given, **options)

            if part != "words":
                setattr(failing, part, fail)
            words = fail if part == "words" else default_label
            before = threading.active_count()
            with pytest.raises(MemoryError, match="no room"):
                annotated(clip, target, failing, words=words)
            assert threading.active_count() == before
            assert not list(target.parent.iterdir())


def test_stopping_in_the_middle_leaves_nothing(recognizer, target, tmp_path):
    reports = annotate_video(
        write_clip(tmp_path / "clip.mp4", steady(30), sound="aac"), target, recognizer
    )
    for _ in range(5):
        next(reports)
    assert list(target.parent.iterdir())
    reports.close()
    assert not list(target.parent.iterdir())


def bad_video(name, folder):
    """A file of that name that is no whole video."""
    path = folder / name
    if name == "song.m4a":
        return write_song(path)
    if name == "picture.mp4":
        Image.fromarray(face_picture()).save(path, "PNG")
        return path
    whole = write_clip(folder / "whole.mp4", steady(40), noise(), sound="aac")
    content = {
        "nothing.mp4": b"",
        "text.mp4": b"This is not a video. " * 100,
        "cut.mp4": whole.read_bytes()[:50_000],  # its index stood at the end
        "playlist.mp4": f"ffconcat version 1.0\nfile '{whole}'\n".encode(),
        "stream.m3u8": f"#EXTM3U\n#EXTINF:4,\n{whole}\n#EXT-X-ENDLIST\n".encode(),
        "frameless.mkv": frameless(folder),
        "damaged.mp4": damaged(whole.read_bytes()),
    }
    path.write_bytes(content[name])
    return path


def noise():
    """A picture whose frames take some bytes."""
    return np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)


def frameless(folder):
    """A video with its head and no frame."""
    whole = write_clip(folder / "frames.mkv", steady(5), noise()).read_bytes()
    return whole[: whole.index(b"\x1f\x43\xb6\x75")]  # up to Matroska's first cluster


def damaged(content):
    """An MP4 file's frames overwritten from the middle on, its index kept."""
    start, end = content.index(b"mdat") + 8, content.index(b"moov") - 4
    middle = (start + end) // 2
    return content[:middle] + b"\xff" * (end - middle) + content[end:]


def test_what_is_no_whole_video_is_refused_by_a_sentence_and_leaves_nothing(
    subtests, recognizer, target, tmp_path
):
    for name in (
        "nothing.mp4",
        "text.mp4",
        "cut.mp4",
        "song.m4a",
        "picture.mp4",
        "playlist.mp4",
        "stream.m3u8",
        "frameless.mkv",
        "damaged.mp4",
    ):
        with subtests.test(name=name):
            source = bad_video(name, tmp_path)
            with pytest.raises(VideoError) as refusal:
                annotated(source, target, recognizer)
            sentence = str(refusal.value)
            assert sentence.startswith(f"{name} ")
            assert sentence.endswith(".")
            assert str(tmp_path) not in sentence
            assert not list(target.parent.iterdir())


def test_a_missing_video_is_named_with_its_path(recognizer, target, tmp_path):
    with pytest.raises(VideoError, match=r"none\.mp4 cannot be read .*; check the path\."):
        annotated(tmp_path / "none.mp4", target, recognizer)


def test_a_video_of_unreasonable_size_is_refused_before_it_is_decoded(recognizer, target, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(1), np.zeros((2304, 4096, 3), np.uint8))
    content = clip.read_bytes()
    assert content.count((4096).to_bytes(2, "big") + (2304).to_bytes(2, "big"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fer_system.film.MAX_PIXELS", 9_000_000)
        with pytest.raises(VideoError, match=r"4096 x 2304 pixels .* 9 million allowed"):
            annotated(clip, target, recognizer)


INTERRUPTED = """
import signal, sys
from fer_system import Recognizer, annotate_video
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
try:
    for report in annotate_video(sys.argv[1], sys.argv[2], Recognizer(detector="haar")):
        if report.frames >= 5:  # the work is ahead of who asks
            signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("ended")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="sends the signal as Linux does")
def test_ctrl_c_ends_the_work_and_leaves_nothing(target, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(200))
    assert run_alone(INTERRUPTED, clip, target) == "ended\n"
    assert not list(target.parent.iterdir())


ONE_FACE = """
import resource, signal, sys
from types import SimpleNamespace
from fer_system import Detection, Face, annotate_video

class OneFace:
    threshold, classes, card = 0.5, ("happy", "sad"), SimpleNamespace(model="one")
    def detect(self, pixels, longest, within):
        return [Detection((100, 60, 90, 90), 0.9, (100, 60, 90))]
    def read(self, pixels, detections, threshold, quality):
        return [Face((100, 60, 90, 90), {"happy": 0.7, "sad": 0.3}, 0.9)]

reports = annotate_video(sys.argv[1], sys.argv[2], OneFace())
"""

GROWTH = f"""{ONE_FACE}
peaks = {{}}
for report in reports:
    peaks[report.frames] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(report.frames, peaks[500], peaks[report.frames])
"""

FULL_DISK = f"""{ONE_FACE}
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    list(reports)
except OSError as error:
    print(error.strerror)
"""


def run_alone(code, clip, target):
    """What a fresh Python prints that runs `code` on a video."""
    return subprocess.run(
        [sys.executable, "-c", code, str(clip), str(target)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts a process's memory as Linux does")
def test_a_long_video_takes_no_more_memory_than_a_short_one(target, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(2500), noise()[:48, :64], sound="aac")
    count, early, late = map(int, run_alone(GROWTH, clip, target).split())
    assert count == 2500
    # Each of the 2,000 pictures between, kept, would be 230 kilobytes of 320 x 240 pixels.
    assert late - early < 20_000, "kilobytes"


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_a_full_disk_is_an_error_and_leaves_nothing(target, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(100), noise())
    assert run_alone(FULL_DISK, clip, target) == "File too large\n"
    assert not list(target.parent.iterdir())
