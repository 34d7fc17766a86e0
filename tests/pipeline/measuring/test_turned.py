"""Faces turned on purpose."""

import numpy as np

from pipeline.data.dataset import Split
from pipeline.measuring.turned import WAYS, label_worth, turned


def test_a_face_that_is_not_turned_stays_as_it_is():
    face = np.random.default_rng(0).integers(0, 256, (48, 48), dtype=np.uint8)
    np.testing.assert_allclose(turned(face, 0, 0), face, atol=1)


def test_what_is_in_the_middle_goes_to_the_side_that_the_face_is_turned_to():
    face = np.zeros((48, 48), np.uint8)
    face[22:26, 22:26] = 255
    for aside, down in ((40, 0), (-40, 0), (0, 40), (0, -40)):
        rows, columns = np.nonzero(turned(face, aside, down))
        moved = np.array([columns.mean(), rows.mean()]) - 23.5
        # A detector follows half of the way on a cylinder as wide as the picture.
        expected = 24 * np.sin(np.radians([aside, down])) / 2
        np.testing.assert_allclose(moved, expected, atol=1)


def test_what_turns_away_is_hidden():
    face = np.zeros((48, 48), np.uint8)
    face[:, 44:] = 255
    assert turned(face, 60, 0).max() == 0
    assert turned(face, -60, 0).max() == 255


def test_figures_are_told_for_each_way_of_turning():
    faces = Split(
        np.random.default_rng(0).integers(0, 256, (6, 48, 48), dtype=np.uint8),
        np.array([0, 0, 0, 1, 1, 1]),
        ("happy", "sad"),
    )

    def network(images):
        return np.tile(np.array([[0.7, 0.3]], np.float32), (len(images), 1))

    worth = label_worth(network, faces)
    assert list(worth) == list(WAYS)
    for figures in worth.values():
        assert figures["accuracy"] == 0.5
        assert 0 <= figures["threshold"] <= 1
