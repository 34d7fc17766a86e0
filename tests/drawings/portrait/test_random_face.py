import cv2
import numpy as np
import pytest

from drawings.portrait.random_face import draw_face
from fer_system.emotions import FER2013


def face(emotion, seed, size=48):
    return draw_face(emotion, np.random.default_rng(seed), size)


def test_the_same_seed_draws_the_same_faces_and_another_seed_others():
    np.testing.assert_array_equal(face("happy", 1), face("happy", 1))
    assert np.abs(face("happy", 1).astype(int) - face("happy", 2)).mean() > 5


def test_a_face_looks_alike_at_every_size():
    for emotion in FER2013:
        small, large = face(emotion, 3), face(emotion, 3, size=384)
        assert (small.dtype, small.shape, large.shape) == (np.uint8, (48, 48), (384, 384)), emotion
        shrunk = cv2.resize(large, (48, 48), interpolation=cv2.INTER_AREA)
        assert np.corrcoef(small.ravel(), shrunk.ravel())[0, 1] > 0.97, emotion
        assert abs(small.mean() - shrunk.mean()) < 4, emotion


def test_an_unknown_emotion_is_a_key_error():
    with pytest.raises(KeyError, match="contempt"):
        face("contempt", 1)
