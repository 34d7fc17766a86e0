"""Faces are spoilt as the report says, and an unspoilt one not at all."""

import numpy as np
import pytest
from skimage import data, transform

from pipeline import robustness
from pipeline.robustness import SPOILERS


@pytest.fixture(scope="module")
def face():
    grey = data.astronaut()[0:200, 125:325].mean(axis=2)
    return np.rint(transform.resize(grey, (48, 48), preserve_range=True)).astype(np.uint8)


def spoilt(name, face):
    return SPOILERS[name](face, np.random.default_rng(1))


def test_a_spoilt_face_is_still_a_face_of_grey_levels(subtests, face):
    for name in SPOILERS:
        with subtests.test(name=name):
            before = face.copy()
            result = spoilt(name, face)
            assert (result.shape, result.dtype) == ((48, 48), np.uint8)
            assert np.array_equal(result, face) == (name == "as it is")
            np.testing.assert_array_equal(face, before)


def test_the_stronger_way_changes_a_face_more(subtests, face):
    for mild, strong in [
        ("blur, 1 pixel", "blur, 2 pixels"),
        ("noise, 10 levels", "noise, 25 levels"),
        ("half as bright", "a tenth as bright"),
        ("turned 15° left", "turned 30° left"),
        ("24 pixels wide", "16 pixels wide"),
        ("JPEG quality 30", "JPEG quality 10"),
    ]:
        with subtests.test(mild=mild, strong=strong):

            def change(name):
                return np.abs(spoilt(name, face).astype(int) - face).mean()

            assert 0 < change(mild) < change(strong)


def test_hiding_a_quarter_changes_a_square_of_24_pixels_alone(face):
    rows, columns = np.nonzero(spoilt("a quarter hidden", face) != face)
    assert np.ptp(rows) < 24
    assert np.ptp(columns) < 24


def test_left_is_anticlockwise():
    face = np.zeros((48, 48), np.uint8)
    face[23:25, 30:46] = 255  # a bar to the right of the centre
    rows, _ = np.nonzero(robustness.turned(face, None, 30) > 128)
    assert rows.mean() < 20
