"""Which frames of a film are looked at, and where."""

import numpy as np
import pytest

from fer_system.detector import Detection
from fer_system.film import Frame
from fer_system.keyframes import APART, MOST, find_in_film

WIDTH, HEIGHT, SIDE, RATE = 640, 480, 60, 30


class Watcher:
    """Finds bright squares where the film has them, and notes where it was asked to look."""

    def __init__(self, places):
        self.places = places  # of each frame, left and top of its faces
        self.whole, self.parts = [], []

    def frames(self, shades=None):
        for number in range(len(self.places)):
            shade = 90 if shades is None else shades[number]
            pixels = np.full((HEIGHT, WIDTH, 3), shade, np.uint8)
            pixels[0, 0] = (*divmod(number, 256), 0)  # tells which it is
            yield Frame(pixels, number / RATE, 1 / RATE)

    def detect(self, pixels, within):
        number = int(pixels[0, 0, 0]) * 256 + int(pixels[0, 0, 1])
        faces = [
            Detection((left, top, SIDE, SIDE), 0.9, (left, top, SIDE))
            for left, top in self.places[number]
        ]
        if within is None:
            self.whole.append(number)
            return faces
        self.parts.append(number)
        left, top, width, height = within
        return [
            face
            for face in faces
            if left <= face.box[0] <= left + width - SIDE
            and top <= face.box[1] <= top + height - SIDE
        ]

    def found(self, shades=None):
        return list(find_in_film(self.frames(shades), self.detect))


def boxes(found):
    return [[face.box[:2] for face in each.faces] for each in found]


def test_every_frame_comes_in_order_with_the_faces_it_has():
    places = [[(100 + 2 * number, 200), (400, 100 + number)] for number in range(50)]
    watcher = Watcher(places)
    found = watcher.found()
    assert [each.frame.time for each in found] == pytest.approx([n / RATE for n in range(50)])
    assert boxes(found) == places


def test_most_frames_are_looked_at_in_a_small_part_only():
    watcher = Watcher([[(100 + number, 200)] for number in range(61)])
    found = watcher.found()
    assert len(watcher.whole) == 1 + 60 // 4
    assert sorted(watcher.whole + watcher.parts) == list(range(61))
    assert [each.frame.time for each in found if each.is_key] == [n / RATE for n in watcher.whole]


def test_without_faces_only_key_frames_are_looked_at():
    watcher = Watcher([[]] * 61)
    assert boxes(watcher.found()) == [[]] * 61
    assert not watcher.parts
    assert len(watcher.whole) == 16


def test_a_face_that_comes_or_goes_between_two_key_frames_is_seen_from_its_first_frame(subtests):
    for first in range(1, 30):
        for places in ([[]] * first + [[(300, 200)]] * 30, [[(300, 200)]] * first + [[]] * 30):
            with subtests.test(first=first, comes=not places[0]):
                assert boxes(Watcher(places).found()) == places


def test_a_face_that_leaps_is_looked_for_in_the_whole_frame():
    places = [[(100, 200)]] * 10 + [[(500, 200)]] * 10
    assert boxes(Watcher(places).found()) == places
    there_and_back = [[(100, 200)]] * 10 + [[(500, 300)]] + [[(100, 200)]] * 10
    assert boxes(Watcher(there_and_back).found()) == there_and_back


def test_a_cut_begins_with_a_key_frame_after_another(subtests):
    for cut in range(1, 12):
        with subtests.test(cut=cut):
            watcher = Watcher([[(300, 200)]] * 20)
            found = watcher.found([40] * cut + [200] * (20 - cut))
            assert [number for number, each in enumerate(found) if each.is_cut] == [cut]
            assert {cut - 1, cut} <= set(watcher.whole)


def test_faces_that_fill_the_picture_are_looked_for_in_all_of_it():
    watcher = Watcher([[(0, 0), (580, 420)]] * 20)
    watcher.found()
    assert sorted(watcher.whole) == list(range(20))


def test_a_film_of_any_rate_is_read_a_few_frames_ahead(subtests):
    for rate in (1, 10, 240):
        with subtests.test(rate=rate):
            read = []

            def frames(rate=rate, read=read):
                for number in range(100):
                    read.append(number)
                    yield Frame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), number / rate, 1 / rate)

            looked = []

            def detect(pixels, within, looked=looked):
                looked.append(within)
                return []

            for given, _ in enumerate(find_in_film(frames(), detect)):
                assert len(read) - given <= MOST + 1
            assert len(looked) >= 100 / rate / (APART + 1 / rate)
