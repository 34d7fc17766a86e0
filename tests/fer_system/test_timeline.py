from dataclasses import replace

import numpy as np
import pytest

from fer_system import TrackedFace, timeline
from fer_system.film import Frame
from fer_system.records import describe_time
from fer_system.timeline import BINS, FIRST_STEP, Timeline

GREY = np.full((100, 100, 3), 90, np.uint8)


def face(number, shown="happy", happy=0.8, box=(10, 20, 30, 40)):
    shares = {"happy": happy, "sad": 1 - happy}
    return TrackedFace(box, shares, 0.9, id=number, unseen=0.0, shown=shown)


def watch(*moments):
    """A timeline of (faces, time, duration)."""
    watched = Timeline()
    for faces, time, duration in moments:
        watched.add(faces, Frame(GREY, time, duration))
    return watched


def test_shares_are_of_the_time_and_not_of_the_frames():
    watched = watch(([face(1)], 0, 3), ([face(1, "sad", 0.2)], 3, 0.5), ([face(1, None)], 3.5, 0.5))
    (only,) = watched.faces
    assert only.shares == pytest.approx({"happy": 0.75, "sad": 0.125, None: 0.125})
    assert list(only.shares) == ["happy", "sad", None]
    assert (only.first, only.last, only.seconds) == (0, 4, 4)
    assert describe_time(watched.faces[0])["shares"] == {
        "happy": 0.75,
        "sad": 0.125,
        "uncertain": 0.125,
    }


def test_a_long_frame_fills_all_the_steps_it_is_shown_for():
    (only,) = watch(([face(1)], 0.05, 0.2)).faces
    assert {step: sums.sum() for step, sums in only.steps.items()} == pytest.approx(
        {0: 0.05, 1: 0.1, 2: 0.05}
    )
    for sums in only.steps.values():
        assert sums / sums.sum() == pytest.approx([0.8, 0.2])


def test_time_without_the_face_stays_empty():
    (only,) = watch(([face(1)], 0, 0.1), ([], 0.1, 5), ([face(1)], 5.1, 0.1)).faces
    assert sorted(only.steps) == [0, 51]
    assert (only.first, only.last) == (0, pytest.approx(5.2))
    assert only.seconds == pytest.approx(0.2)


def test_steps_grow_with_the_video_and_their_sums_stay():
    hours = 10 * 3600
    watched = watch(*(([face(1, happy=second % 2)], second, 1) for second in range(hours)))
    (only,) = watched.faces
    assert len(only.steps) <= BINS
    assert BINS / 2 < hours / watched.step <= BINS
    assert np.log2(watched.step / FIRST_STEP) % 1 == 0
    assert sum(only.steps.values()) == pytest.approx([hours / 2, hours / 2])


def test_of_many_faces_the_longest_seen_are_kept(monkeypatch):
    monkeypatch.setattr(timeline, "FACES", 10)
    moments = [([face(number)], number * 10, number % 50 / 10 + 0.1) for number in range(1, 200)]
    watched = watch(*moments)
    kept = watched.faces
    assert len(kept) <= 11
    assert len(kept) + watched.forgotten == 199
    assert [round(one.seconds, 1) for one in kept[:8]] == [5.0] * 4 + [4.9] * 4


def test_faces_that_are_seen_together_are_all_kept(monkeypatch):
    monkeypatch.setattr(timeline, "FACES", 3)
    crowd = [face(number) for number in range(1, 9)]
    assert len(watch((crowd, 0, 1), (crowd, 1, 1)).faces) == 8


def test_one_who_comes_back_again_and_again_is_counted_once(monkeypatch):
    monkeypatch.setattr(timeline, "FACES", 3)
    crowd = [face(number) for number in range(1, 4)]
    blinks = [([*crowd, face(4)] if step % 2 else crowd, step, 1) for step in range(10)]
    watched = watch(*blinks)
    assert len(watched.faces) + watched.forgotten == 4
    assert {one.id: one.seconds for one in watched.faces}[4] == 5


def test_the_portrait_is_the_face_where_it_was_largest():
    small, large = face(1, box=(0, 0, 10, 10)), face(1, box=(20, 30, 50, 40))
    watched = watch(([small], 0, 1), ([large], 1, 1), ([small], 2, 1))
    assert watched.faces[0].portrait.shape == (40, 50, 3)


def test_what_was_another_face_for_a_moment_is_counted_as_the_one_that_it_was():
    now = replace(face(1), formerly=2)
    watched = watch(([face(1)], 0, 1), ([], 1, 1), ([face(2, "sad")], 2, 0.5), ([now], 2.5, 0.5))
    (only,) = watched.faces
    assert (only.id, only.first, only.last, only.seconds) == (1, 0, 3, 2)
    assert only.label_seconds == {"happy": 1.5, "sad": 0.5}
    assert sum(sums.sum() for sums in only.steps.values()) == pytest.approx(2)


def test_the_labels_of_a_step_stay_when_steps_grow():
    hour = 3600
    watched = watch(([face(1)], 0, hour), ([face(1, "sad", 0.2)], hour, hour))
    (only,) = watched.faces
    labels = [only.labels[step] for step in sorted(only.steps)]
    assert labels == sorted(labels)
    assert set(labels) == {"happy", "sad"}
