from pathlib import Path

import numpy as np

from fer_system import TrackedFace, VideoReport
from fer_system.film import Frame
from tests.markup import read
from web import text
from web.timeline import SHOWN, moments, progress, stacked, summary, timeline

CLASSES = ("happy", "sad", "neutral")


def face(number, shown="happy"):
    shares = {"happy": 0.5, "sad": 0.3, "neutral": 0.2}
    return TrackedFace((0, 0, 40, 40), shares, 0.9, id=number, unseen=0.0, shown=shown)


def report_of(*faces, seconds=10.0, duration=10.0, sound="none"):
    """A report on a video of one picture with those faces."""
    report = VideoReport(Path("faces.csv"), 64, 48, duration, sound)
    report.add(Frame(np.zeros((48, 64, 3), np.uint8), 0.0, seconds), faces)
    return report


def test_progress_tells_the_time_left_by_the_time_it_took():
    shown = progress(report_of(seconds=25, duration=100), passed=20)
    assert 'value="0.250"' in shown
    assert text.VIDEO_LEFT.format(percent="25\N{NO-BREAK SPACE}%", left="1:00") in shown


def test_progress_without_a_known_length_tells_how_far_it_is():
    shown = progress(report_of(seconds=65, duration=None), passed=20)
    assert "<progress></progress>" in shown
    assert text.VIDEO_AT.format(at="1:05") in shown


def test_the_summary_counts_the_faces_and_the_cards_stay_few(subtests):
    for count, sentence in [
        (0, text.VIDEO_NO_FACE),
        (1, text.VIDEO_ONE_FACE.format(length="0:10")),
        (2, text.VIDEO_FACES.format(count=2, length="0:10")),
        (SHOWN + 3, text.VIDEO_MANY_FACES.format(count=SHOWN + 3, shown=SHOWN, length="0:10")),
    ]:
        with subtests.test(count=count, sentence=sentence):
            report = report_of(*(face(number) for number in range(1, count + 1)))
            assert sentence in summary(report)
            assert timeline(report, CLASSES).count("<svg") == min(count, SHOWN)


def test_the_summary_says_what_is_missing():
    assert text.VIDEO_WITHOUT_SOUND in summary(report_of(sound="left out"))
    early = text.VIDEO_ENDS_EARLY.format(length="0:20")
    assert early in summary(report_of(seconds=10, duration=20))
    assert "early" not in summary(report_of(seconds=10, duration=10.1))


def test_a_row_and_its_entry_in_the_list_have_the_tables_number_in_one_colour():
    shown = read(timeline(report_of(face(7, shown=None), face(2)), CLASSES))
    numbers = shown.all("span", "fer-number")
    assert [number.text for number in numbers] == ["2", "7", "2", "7"]
    colours = [number.attributes["style"] for number in numbers]
    assert colours[:2] == colours[2:]
    assert colours[0] != colours[1]
    assert text.VIDEO_FACE.format(id=7) in timeline(report_of(face(7)), CLASSES)


def test_the_list_tells_each_emotions_share_of_time_and_uncertain_time_too():
    report = report_of(face(1), seconds=6.0)
    report.add(Frame(np.zeros((48, 64, 3), np.uint8), 6.0, 4.0), [face(1, shown=None)])
    shown = timeline(report, CLASSES)
    assert text.VIDEO_SHARE.format(percent=text.percent(0.6)) in shown
    assert f"{text.UNCERTAIN} {text.percent(0.4)}" in shown


def test_the_graph_tells_in_words_what_each_face_shows_when():
    report = report_of(face(1), seconds=1.0)
    for start, shown in ((1.0, "sad"), (2.0, None)):
        report.add(Frame(np.zeros((48, 64, 3), np.uint8), start, 1.0), [face(1, shown)])
    (told,) = report.timeline.faces
    words = [f"Face 1: {word}" for word in (text.emotion("happy"), text.emotion("sad"))]
    expected = [(0.0, words[0]), (1.0, words[1]), (2.0, f"Face 1: {text.UNCERTAIN}"), (3.0, "")]
    assert moments(told, report.timeline.step) == expected


def test_time_without_the_face_has_no_words():
    report = report_of(face(1), seconds=1.0)
    report.add(Frame(np.zeros((48, 64, 3), np.uint8), 1.0, 1.0), [])
    report.add(Frame(np.zeros((48, 64, 3), np.uint8), 2.0, 1.0), [face(1)])
    (told,) = report.timeline.faces
    assert [bool(words) for _, words in moments(told, report.timeline.step)] == [
        True,
        False,
        True,
        False,
    ]


def test_the_timeline_stacks_the_classes_to_the_top_and_leaves_gaps_empty():
    steps = {0: np.array([0.5, 0.3, 0.2]), 4: np.array([0.02, 0.0, 0.08])}
    assert stacked(steps, 3) == [
        (2, "M0 0.0h1V100h-1zM4 0.0h1V100h-1z"),
        (1, "M0 20.0h1V100h-1zM4 80.0h1V100h-1z"),
        (0, "M0 50.0h1V100h-1zM4 80.0h1V100h-1z"),
    ]


def test_the_timelines_drawing_is_as_wide_as_the_video_is_long_and_as_each_class_is_coloured():
    (svg,) = read(timeline(report_of(face(1), seconds=0.5), CLASSES)).all("svg")
    assert svg.attributes["viewbox"] == "0 0 5.00 100"
    fills = [path.attributes["fill"] for path in svg.all("path")]
    assert fills == [f"var(--colour-{position})" for position in (2, 1, 0)]


def test_no_face_has_no_graph():
    assert timeline(report_of(), CLASSES) == ""


def test_a_face_that_is_seen_for_a_moment_is_not_seen_for_no_time():
    assert "seen for 0.3 s" in timeline(report_of(face(1), seconds=0.3), CLASSES)
