from pathlib import Path

import numpy as np

from fer_system import TrackedFace, VideoReport
from fer_system.film import Frame
from tests.markup import read
from web import text
from web.timeline import CARDS, progress, stacked, summary, timeline_cards

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
        (CARDS + 3, text.VIDEO_MANY_FACES.format(count=CARDS + 3, shown=CARDS, length="0:10")),
    ]:
        with subtests.test(count=count, sentence=sentence):
            report = report_of(*(face(number) for number in range(1, count + 1)))
            assert sentence in summary(report)
            assert timeline_cards(report, CLASSES).count("<article") == min(count, CARDS)


def test_the_summary_says_what_is_missing():
    assert text.VIDEO_WITHOUT_SOUND in summary(report_of(sound="left out"))
    early = text.VIDEO_ENDS_EARLY.format(length="0:20")
    assert early in summary(report_of(seconds=10, duration=20))
    assert "early" not in summary(report_of(seconds=10, duration=10.1))


def test_a_card_names_the_face_as_the_tables_do_and_uncertain_time_too():
    card = timeline_cards(report_of(face(7, shown=None)), CLASSES)
    assert text.VIDEO_FACE.format(id=7) in card
    assert text.UNCERTAIN in card


def test_the_timeline_stacks_the_classes_to_the_top_and_leaves_gaps_empty():
    steps = {0: np.array([0.5, 0.3, 0.2]), 4: np.array([0.02, 0.0, 0.08])}
    assert stacked(steps, 3) == [
        (2, "M0 0.0h1V100h-1zM4 0.0h1V100h-1z"),
        (1, "M0 20.0h1V100h-1zM4 80.0h1V100h-1z"),
        (0, "M0 50.0h1V100h-1zM4 80.0h1V100h-1z"),
    ]


def test_the_timelines_drawing_is_as_wide_as_the_video_is_long_and_as_each_class_is_coloured():
    (svg,) = read(timeline_cards(report_of(face(1), seconds=0.5), CLASSES)).all("svg")
    assert svg.attributes["viewbox"] == "0 0 5.00 100"
    fills = [path.attributes["fill"] for path in svg.all("path")]
    assert fills == [f"var(--colour-{position})" for position in (2, 1, 0)]


def test_no_face_has_no_cards():
    assert timeline_cards(report_of(), CLASSES) == ""


def test_a_face_that_is_seen_for_a_moment_is_not_seen_for_no_time():
    assert "seen for 0.3 s" in timeline_cards(report_of(face(1), seconds=0.3), CLASSES)
