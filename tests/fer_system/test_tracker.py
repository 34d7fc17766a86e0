"""Who is who from picture to picture, and labels that don't flicker."""

import itertools
import json
import math

import numpy as np
import pytest

from fer_system import Face, Tracker
from fer_system.records import PLACE
from tests.tracks import TRACKS

# Looks of two, as different as can be.
UNLIKE = np.array([[1, -1, 0, 0], [0, 0, 1, -1]]) / 2**0.5


def face(left=100, top=100, side=80, threshold=0.0, **shares):
    probabilities = {"happy": 0.0, "sad": 0.0, "neutral": 0.0} | shares
    return Face((left, top, side, side), probabilities, 0.9, threshold)


def box_of(record):
    return tuple(record[side] for side in PLACE)


def ids(tracked):
    return [face.id for face in tracked]


def test_faces_are_followed_as_the_webcam_page_follows_them(subtests):
    for track in json.loads(TRACKS.read_text(encoding="utf-8")):
        with subtests.test(track["name"]):
            tracker = Tracker()
            for picture in track["pictures"]:
                faces = [
                    Face(box_of(each), each["probabilities"], 0.9, track["threshold"])
                    for each in picture["faces"]
                ]
                for told, expected in zip(
                    tracker.update(faces, picture["time"]), picture["tracked"], strict=True
                ):
                    assert (told.id, told.box) == (expected["face"], box_of(expected))
                    assert told.most_probable == expected["label"]
                    assert (told.shown, told.uncertain) == (
                        expected["shown"],
                        expected["uncertain"],
                    )
                    assert told.unseen == pytest.approx(expected["unseen"], abs=1e-5)
                    shares = pytest.approx(expected["probabilities"], abs=1e-5)
                    assert told.probabilities == shares


def test_a_face_that_moves_and_grows_keeps_its_id():
    tracker = Tracker()
    seen = [
        tracker.update([face(left=100 + 10 * step, side=80 + 4 * step, happy=1)], step / 10)
        for step in range(20)
    ]
    assert {face.id for faces in seen for face in faces} == {1}


def test_two_faces_keep_their_ids_in_whatever_order_they_come():
    tracker = Tracker()
    tracker.update([face(left=0, happy=1), face(left=200, sad=1)], 0)
    (left, right) = tracker.update([face(left=205, sad=1), face(left=4, happy=1)], 0.1)
    assert (left.id, left.label, right.id, right.label) == (1, "happy", 2, "sad")


def test_a_face_elsewhere_or_of_another_size_is_another_face():
    tracker = Tracker()
    tracker.update([face(left=0)], 0)
    assert ids(tracker.update([face(left=300)], 0.1)) == [1, 2]
    assert ids(tracker.update([face(left=300, side=240)], 0.2)) == [1, 2, 3]


def test_who_stands_in_anothers_place_does_not_get_the_others_number_later():
    one, other = UNLIKE
    tracker = Tracker()
    tracker.update([face(left=100)], 0, [one])
    (newcomer,) = tracker.update([face(left=110)], 0.1, [other])
    assert newcomer.id == 2
    assert ids(tracker.update([face(left=101)], 0.2)) == [2]  # nearer to where the first one was


def test_a_number_that_proved_to_be_for_a_known_face_is_not_given_again():
    whole, half_hidden = UNLIKE[0], np.dot([0.5, 0.75**0.5], UNLIKE)
    film = [*[whole] * 15, *[None] * 8, *[half_hidden] * 3, *[whole] * 15, *[None] * 8, half_hidden]
    tracker, seen = Tracker(), []
    for number, look in enumerate(film):
        faces, looks = ([], []) if look is None else ([face()], [look])
        seen.append(tracker.update(faces, number / 10, looks))
    assert (ids(seen[25]), ids(seen[26]), seen[26][0].formerly) == ([2], [1], 2)
    assert ids(seen[-1]) == [3]


def test_a_lost_face_is_kept_for_a_while_and_found_again():
    tracker = Tracker(patience=0.5)
    tracker.update([face(happy=1)], 0)
    (lost,) = tracker.update([], 0.25)
    assert (lost.id, lost.unseen, lost.label) == (1, 0.25, "happy")
    (found,) = tracker.update([face(happy=1)], 0.5)
    assert (found.id, found.unseen) == (1, 0)
    assert ids(tracker.update([], 1.0)) == [1]
    assert tracker.update([], 1.01) == []
    assert ids(tracker.update([face(happy=1)], 1.1)) == [2]


def test_a_change_is_seen_after_the_same_time_however_many_pictures_come(subtests):
    for pictures in (1, 5, 30):
        with subtests.test(pictures=pictures):
            tracker = Tracker(smoothing=0.2)
            tracker.update([face(happy=1)], 0)
            for step in range(1, pictures + 1):
                (tracked,) = tracker.update([face(sad=1)], 0.2 * step / pictures)
            assert tracked.probabilities["sad"] == pytest.approx(1 - math.exp(-1))
            assert sum(tracked.probabilities.values()) == pytest.approx(1)


def test_a_label_stays_until_another_is_clearly_more_probable():
    tracker = Tracker(smoothing=1e-9, margin=0.1)
    labels = [
        tracker.update([face(happy=share, sad=1 - share)], step)[0].label
        for step, share in enumerate([0.6, 0.48, 0.52, 0.46, 0.44, 0.48, 0.54, 0.56])
    ]
    assert labels == ["happy"] * 4 + ["sad"] * 3 + ["happy"]


def test_an_uncertain_face_gets_a_label_at_the_threshold_and_keeps_it_a_little_below():
    tracker = Tracker(smoothing=1e-9, margin=0.1)
    shown = [
        tracker.update([face(threshold=0.5, happy=share)], step)[0].shown
        for step, share in enumerate([0.45, 0.49, 0.51, 0.45, 0.41, 0.39, 0.45, 0.5])
    ]
    assert shown == [None, None, "happy", "happy", "happy", None, None, "happy"]


def test_a_flickering_face_changes_its_label_far_less_often():
    raw, steady = [], []
    tracker = Tracker()
    for step in range(300):
        share = 0.5 + 0.08 * math.sin(step * 2.4)
        seen = face(happy=share, sad=1 - share)
        raw.append(seen.label)
        steady.append(tracker.update([seen], step / 30)[0].label)

    def changes(labels):
        return sum(a != b for a, b in itertools.pairwise(labels))

    assert changes(raw) > 100
    assert changes(steady) == 0


def test_time_does_not_run_backwards(subtests):
    for time in (0.9, math.nan, -math.inf):
        with subtests.test(time=time):
            tracker = Tracker()
            tracker.update([], 1.0)
            with pytest.raises(
                ValueError, match=r"The picture at .* comes after the one at 1\.0 s"
            ):
                tracker.update([], time)
