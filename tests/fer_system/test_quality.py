"""The notes on a face that is hard to read."""

import cv2
import numpy as np
import pytest
from skimage import data

from fer_system.crop import cut_face
from fer_system.quality import is_turned, quality_notes

FRONTAL = ((30, 40), (60, 40), (45, 58), (33, 72), (57, 72))


@pytest.fixture(scope="module")
def crop():
    return cut_face(cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY), (172, 62, 104), 48)


def test_a_good_face_has_no_note(crop):
    assert quality_notes(crop, 104, FRONTAL) == quality_notes(crop, 104, None) == ()


def test_every_fault_has_its_note(crop):
    assert quality_notes(crop, 20, FRONTAL) == ("small",)
    assert quality_notes(crop // 4, 104, FRONTAL) == ("dark",)
    assert quality_notes(cv2.GaussianBlur(crop, (0, 0), 1.5), 104, FRONTAL) == ("blurred",)
    aside = (*FRONTAL[:2], (58, 58), *FRONTAL[3:])
    assert quality_notes(crop, 104, aside) == ("turned",)
    assert quality_notes(np.zeros((48, 48), np.uint8), 9, aside) == (
        "small",
        "dark",
        "blurred",
        "turned",
    )


def test_a_lowered_and_a_raised_head_are_turned():
    for nose, turned in ((58, False), (63, True), (53, True)):
        assert is_turned((*FRONTAL[:2], (45, nose), *FRONTAL[3:])) == turned


def test_a_tilted_head_that_was_seen_upright_is_not_turned():
    angle = np.radians(60)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    tilted = np.array(FRONTAL) @ rotation.T
    assert is_turned(tilted)
    assert not is_turned(tilted, 55)


def test_a_tilted_head_is_turned(subtests):
    for degrees, turned in [(0, False), (20, False), (-20, False), (35, True)]:
        with subtests.test(degrees=degrees, turned=turned):
            angle = np.radians(degrees)
            rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            assert is_turned(np.array(FRONTAL) @ rotation.T) == turned
