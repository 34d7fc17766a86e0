"""Squares cut out of a picture, and how a face is held."""

import cv2
import numpy as np
import pytest
from skimage import data

from fer_system.crop import UPRIGHT, cut_face, lean
from fer_system.search import turning

SQUARE = (172.0, 62.0, 104.0)


def test_a_tilted_square_holds_what_the_upright_one_held(subtests):
    grey = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)
    expected = cut_face(grey, SQUARE, 48)
    for degrees in (-135, -30, 45, 90, 180):
        with subtests.test(degrees=degrees):
            turn, size = turning(grey, degrees)
            turned = cv2.warpAffine(grey, turn, size)
            x, y = turn @ (SQUARE[0] + 52, SQUARE[1] + 52, 1)
            cut = cut_face(turned, (x - 52, y - 52, 104.0), 48, degrees)
            assert np.abs(cut - expected).mean() < 6
            assert np.abs(cut_face(turned, (x - 52, y - 52, 104.0), 48) - expected).mean() > 20


def test_a_tilted_square_over_the_edge_repeats_the_border():
    assert (cut_face(np.full((9, 9), 77, np.uint8), (-20.0, -20.0, 30.0), 48, 33.0) == 77).all()


def test_landmarks_lean_by_as_much_as_they_are_turned(subtests):
    for degrees in (-170, -30, 0, 12, 90):
        with subtests.test(degrees=degrees):
            angle = np.radians(degrees)
            turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            landmarks = 40 * UPRIGHT @ turn + (300, 200)
            assert lean(landmarks) == pytest.approx(degrees)
            assert lean(landmarks, degrees - 5) == pytest.approx(5)
    assert lean(None, 30) == 0
