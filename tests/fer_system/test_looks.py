"""Who is who in films of a real and a drawn person: after an absence, and where people change."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from fer_system import Recognizer
from fer_system.film import Frame
from fer_system.keyframes import find_in_film
from fer_system.looks import SECONDS
from fer_system.video import follow

WIDTH, HEIGHT, HEAD, RATE = 480, 320, 130, 10
EXAMPLE = Path(__file__).parents[2] / "web" / "examples" / "neutral.webp"
SKIN = (214, 160, 130)
LEFT, RIGHT = (40, 100), (300, 100)


@pytest.fixture(scope="module")
def recognizer(model_path):
    return Recognizer(model_path, "haar")


def head(pixels):
    return cv2.resize(pixels, (HEAD, HEAD), interpolation=cv2.INTER_AREA)


ASTRONAUT = head(data.astronaut()[20:220, 126:326])
DRAWN = head(np.array(Image.open(EXAMPLE).convert("RGB")))
ROOM = np.random.default_rng(0).integers(90, 110, (HEIGHT, WIDTH, 3), np.uint8)


def scene(*people, room=ROOM):
    """A picture of people, each a head and the left and top of its place."""
    picture = room.copy()
    for pixels, (left, top) in people:
        picture[top : top + HEAD, left : left + HEAD] = pixels
    return picture


def numbers(recognizer, pictures):
    """Of each picture the numbers of its faces, from left to right."""
    frames = (Frame(pixels, at / RATE, 1 / RATE) for at, pixels in enumerate(pictures))
    found = find_in_film(frames, lambda pixels, within: recognizer.detect(pixels, WIDTH, within))
    return [
        [face.id for face in sorted(faces, key=lambda face: face.box)]
        for _, faces in follow(found, recognizer, threshold=0.0)
    ]


def test_a_face_behind_a_hand_keeps_its_number(recognizer):
    def picture(at):
        shown = scene((ASTRONAUT, LEFT))
        if 10 <= at < 30:
            cv2.ellipse(shown, (LEFT[0] + 65, LEFT[1] + 60), (50, 65), 0, 0, 360, SKIN, -1)
        return shown

    seen = numbers(recognizer, map(picture, range(45)))
    assert seen[5] == seen[40] == [1]
    assert [] in seen[10:30]
    assert {number for each in seen for number in each} == {1}


def test_a_face_that_walks_behind_a_post_keeps_its_number(recognizer):
    def picture(at):
        shown = scene((ASTRONAUT, (10 + 8 * at, 100)))
        shown[:, 170:330] = 60
        return shown

    seen = numbers(recognizer, map(picture, range(42)))
    assert seen[0] == seen[41] == [1]
    assert [] in seen


def test_who_takes_anothers_place_has_another_number_and_who_comes_back_the_own(recognizer):
    order = [*[ASTRONAUT] * 10, *[None] * 3, *[DRAWN] * 10, *[None] * 3, *[ASTRONAUT] * 10]
    seen = numbers(recognizer, [scene((who, LEFT)) if who is not None else ROOM for who in order])
    assert (seen[5], seen[18], seen[-1]) == ([1], [2], [1])


def test_a_cut_to_another_face_at_the_same_place_is_another_number(recognizer):
    bright = np.full_like(ROOM, 220)
    shots = [*[scene((ASTRONAUT, LEFT))] * 10, *[scene((DRAWN, LEFT), room=bright)] * 10]
    seen = numbers(recognizer, [*shots, *shots])
    assert seen == [[1]] * 10 + [[2]] * 10 + [[1]] * 10 + [[2]] * 10


def test_two_who_change_places_while_nobody_looks_are_known_by_their_looks(recognizer):
    before, after = ((ASTRONAUT, LEFT), (DRAWN, RIGHT)), ((DRAWN, LEFT), (ASTRONAUT, RIGHT))
    seen = numbers(recognizer, [*[scene(*before)] * 10, *[ROOM] * 20, *[scene(*after)] * 10])
    assert sorted(seen[5]) == [1, 2]
    assert seen[-1] == seen[5][::-1]


def test_twins_never_share_a_number(recognizer):
    one, other = (ASTRONAUT, LEFT), (ASTRONAUT, RIGHT)
    seen = numbers(recognizer, [scene(*who) for who in [(one, other), (one,), (other, one)] * 12])
    for each in seen:
        assert len(set(each)) == len(each)
    assert {number for each in seen for number in each} == {1, 2}


def test_nobody_is_remembered_for_longer_than_told(recognizer):
    away = round((SECONDS + 1) * RATE)
    shown = scene((ASTRONAUT, LEFT))
    assert numbers(recognizer, [*[shown] * 5, *[ROOM] * away, *[shown] * 5])[-1] == [2]
