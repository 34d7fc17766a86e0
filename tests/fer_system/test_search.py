"""Where a still's faces are: small, tilted, and in pictures lying askew."""

import cv2
import numpy as np
import pytest
from skimage import data

from fer_system import Detection, RecognitionError, Recognizer
from fer_system.detector import YUNET_FILE
from fer_system.search import GLANCE, find_faces, find_turned, turning

pytestmark = pytest.mark.skipif(
    not YUNET_FILE.is_file(), reason="YuNet's file has not been downloaded"
)


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer(detector="yunet")


HER_OWN = 5
"""Degrees clockwise by which the astronaut tilts her head."""


def turned_picture(degrees):
    """The astronaut, turned clockwise; and what takes her face's middle there."""
    picture = data.astronaut()
    turn, size = turning(picture, degrees)
    return cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REPLICATE), turn


def middle(face):
    left, top, side = face.square
    return np.array([left + side / 2, top + side / 2])


def group(side, width=2560):
    """A large grey picture with the astronaut's face in ten places, so many pixels wide."""
    picture = np.full((width // 2, width, 3), 120, np.uint8)
    tile = cv2.resize(data.astronaut()[20:220, 120:320], (2 * side, 2 * side))
    for place in range(10):
        left, top = 100 + 240 * place, 100 + 300 * (place % 4)
        picture[top : top + 2 * side, left : left + 2 * side] = tile
    return picture


def test_the_more_detail_the_smaller_the_faces_that_are_found(recognizer):
    found = {
        side: [len(recognizer(group(side), detail)) for detail in ("fast", "normal", "high")]
        for side in (28, 40, 100)
    }
    assert found == {28: [0, 0, 10], 40: [0, 10, 10], 100: [10, 10, 10]}


def test_another_detail_is_refused(recognizer):
    with pytest.raises(RecognitionError, match="no detail 'best'; choose fast, normal or high"):
        recognizer(data.astronaut(), "best")


class Looks:
    """A detector that finds nothing, or always the same, and notes what size it was shown."""

    def __init__(self, *found):
        self.found, self.sizes = list(found), []

    def __call__(self, picture, longest):
        self.sizes.append(min(longest, max(picture.shape)))
        return list(self.found)


def test_a_large_picture_is_looked_at_again_only_where_faces_may_have_been_too_small():
    picture = np.zeros((1000, 2000, 3), np.uint8)
    large, small = (
        Detection((0, 0, side, side), 0.95, (0.0, 0.0, float(side))) for side in (300, 100)
    )
    for found, sizes in (
        ([], [640, 1280, 2000]),
        ([large], [640]),
        ([large, small], [640, 1280, 2000]),
    ):
        looks = Looks(*found)
        assert find_faces(looks, picture, "high") == found
        assert looks.sizes == sizes


def test_a_picture_with_a_sure_face_is_not_turned():
    face = Detection((0, 0, 90, 90), 0.95, (0.0, 0.0, 90.0))
    looks = Looks()
    assert find_turned(looks, data.astronaut(), [face], "fast") == [face]
    assert looks.sizes == []
    assert find_turned(looks, data.astronaut(), [], "fast") == []
    assert len(looks.sizes) == 5
    assert max(looks.sizes) <= GLANCE


def test_a_large_picture_is_made_smaller_before_it_is_turned():
    shown = []

    def look(picture, longest):
        shown.append(max(picture.shape))
        return []

    assert find_turned(look, np.zeros((3000, 4000, 3), np.uint8), [], "fast") == []
    assert len(shown) == 5
    assert max(shown) < 3 * GLANCE


def test_no_tilt_is_more_than_half_a_turn(subtests, recognizer):
    for degrees in range(0, 360, 30):
        with subtests.test(degrees=degrees):
            (face,) = recognizer(turned_picture(degrees)[0])
            assert -180 <= face.tilt <= 180


def test_the_face_of_a_picture_lying_askew_is_read_as_if_it_were_upright(subtests, recognizer):
    (upright,) = recognizer(data.astronaut())
    assert (upright.turned, upright.tilt) == (0, 0)
    for degrees in (90, 180, 270):
        with subtests.test(degrees=degrees):
            picture, turn = turned_picture(degrees)
            (face,) = recognizer(picture)
            assert face.turned == 360 - degrees
            np.testing.assert_allclose(middle(face), turn @ (*middle(upright), 1), atol=6)
            assert face.square[2] == pytest.approx(upright.square[2], rel=0.1)
            assert sorted(face.box[2:]) == pytest.approx(sorted(upright.box[2:]), rel=0.15)
            for name, share in upright.probabilities.items():
                assert face.probabilities[name] == pytest.approx(share, abs=0.1)
            # The eyes lie where they do in the picture as given: the seen cut is turned instead.
            assert abs(face.tilt - degrees) % 360 == pytest.approx(0, abs=12)


def test_a_tilted_head_is_seen_upright_and_a_slightly_tilted_one_as_it_is(subtests, recognizer):
    (upright,) = recognizer(data.astronaut())
    for degrees in (-40, -30, 30, 40):
        with subtests.test(degrees=degrees):
            picture, turn = turned_picture(degrees)
            (face,) = recognizer(picture)
            assert face.tilt == pytest.approx(degrees + HER_OWN, abs=10)
            assert face.label == upright.label
            np.testing.assert_allclose(middle(face), turn @ (*middle(upright), 1), atol=12)
    for degrees in (-15, 5):
        with subtests.test(degrees=degrees):
            (face,) = recognizer(turned_picture(degrees)[0])
            assert face.tilt == 0


def test_frames_are_looked_at_once_and_as_they_are(recognizer):
    assert recognizer.frame(group(40)) == []
    assert all(face.tilt == face.turned == 0 for face in recognizer.frame(turned_picture(30)[0]))
