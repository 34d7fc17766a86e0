"""What the report on the labels counts."""

import numpy as np
import pytest

from fer_system.emotions import FER2013, FERPLUS
from pipeline import label_noise
from pipeline.data.dataset import Split
from pipeline.data.ferplus import NO_LABEL


@pytest.fixture
def images():
    return np.random.default_rng(1).integers(0, 256, (6, 48, 48)).astype(np.uint8)


def test_agreement_is_the_share_of_each_labels_faces():
    angry, happy = FER2013.index("angry"), FER2013.index("happy")
    labels = np.array([angry, angry, angry, angry, happy])
    shares = label_noise.agreement(labels, np.array([angry, angry, happy, NO_LABEL, happy]))
    assert shares.shape == (7, 9)
    assert shares[angry, angry] == 0.5
    assert shares[angry, [happy, len(FERPLUS)]].tolist() == [0.25, 0.25]
    assert shares[happy, happy] == 1


def test_accuracies_are_taken_on_the_faces_that_have_both_labels():
    labels = np.array([0, 1, 2, 3])
    voted = np.array([0, 2, NO_LABEL, FERPLUS.index("contempt")])
    figures = label_noise.accuracies(labels, voted, predicted=np.array([0, 2, 2, 3]))
    assert figures == {"faces": 2, "by FER2013's label": 0.5, "by FER+'s label": 1.0}


def test_suspects_are_the_labels_that_both_reject_the_surest_first(images):
    split = Split(images[:4], np.array([0, 0, 0, 0], np.uint8), FER2013)
    probabilities = np.full((4, 7), 0.02)
    probabilities[[0, 1, 2, 3], [1, 1, 0, 1]] = [0.6, 0.8, 0.9, 0.9]
    found = label_noise.suspects(split, np.array([1, 1, 0, 2]), probabilities)
    assert found.tolist() == [1, 0]


def test_a_face_that_is_in_another_split_too_is_no_unseen_one(images):
    def split(rows):
        return Split(images[rows], np.zeros(len(rows), np.uint8), FER2013)

    alone = label_noise.unseen(split([0, 1, 2]), [split([1, 3]), split([4, 0])])
    assert alone.tolist() == [False, False, True]
