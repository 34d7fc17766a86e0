"""Faces are spoilt as bad cameras and files spoil them, and as often as params ask."""

import cv2
import numpy as np
import pytest
from keras.ops import convert_to_numpy

from drawings.portrait.random_face import draw_face
from pipeline.foundation.params import Spoiling
from pipeline.learning.spoiling import Spoil, blurred, compressed, levels, small


@pytest.fixture(scope="module")
def faces():
    """Drawn faces with some noise, uint8 (N, 48, 48)."""
    random = np.random.default_rng(1)
    drawn = np.stack([draw_face("fear", np.random.default_rng(seed)) for seed in range(32)])
    return np.clip(drawn + random.normal(0, 8, drawn.shape), 0, 255).astype(np.uint8)


def as_input(faces):
    return faces[..., np.newaxis].astype(np.float32)


def of_each(faces, value):
    return np.full((len(faces), 1, 1, 1), value, np.float32)


def as_pictures(spoilt):
    return convert_to_numpy(levels(spoilt))[..., 0]


def test_a_blur_is_opencvs_and_each_face_has_its_own(faces):
    deviations = np.where(np.arange(len(faces)) % 2, 0.6, 1.4).astype(np.float32)
    made = as_pictures(blurred(as_input(faces), deviations[:, None, None, None]))
    for face, deviation, got in zip(faces, deviations, made, strict=True):
        expected = cv2.GaussianBlur(
            face, (9, 9), float(deviation), borderType=cv2.BORDER_REPLICATE
        ).astype(float)
        assert np.abs(got - expected).max() <= 1


def test_a_small_face_is_opencvs(faces):
    for face, got in zip(faces, as_pictures(small(as_input(faces))), strict=True):
        shrunk = cv2.resize(face, (24, 24), interpolation=cv2.INTER_AREA)
        expected = cv2.resize(shrunk, (48, 48), interpolation=cv2.INTER_LINEAR).astype(float)
        assert np.abs(got - expected).max() <= 1


def test_compression_is_that_of_a_jpeg_file(faces):
    for quality in (10, 30, 60):
        made = as_pictures(compressed(as_input(faces), of_each(faces, quality)))
        for face, got in zip(faces, made, strict=True):
            data = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
            expected = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(float)
            # The library rounds between its steps, so a coefficient may fall to the other side.
            assert np.abs(got - expected).mean() < 1.5
            assert np.abs(got - expected).mean() < 0.2 * np.abs(face - expected).mean()


def test_as_many_faces_are_spoilt_as_is_asked_for_and_stay_grey_levels():
    faces = as_input(np.random.default_rng(2).integers(40, 200, (400, 48, 48)))
    for way in ("blur", "noise", "small", "light", "jpeg"):
        spoilt = convert_to_numpy(Spoil(Spoiling(**{way: 0.3}), seed=1)(faces, training=True))
        changed = np.abs(spoilt - faces).max(axis=(1, 2, 3)) > 1
        assert 0.22 < changed.mean() < 0.38, way
        assert spoilt.min() >= 0
        assert spoilt.max() <= 255
        np.testing.assert_array_equal(spoilt, np.round(spoilt))


def test_a_face_is_spoilt_in_one_way_at_most():
    faces = as_input(np.full((200, 48, 48), 100))
    layer = Spoil(Spoiling(noise=0.5, light=0.5), seed=3)
    spoilt = convert_to_numpy(layer(faces, training=True))
    noisy = spoilt.std(axis=(1, 2, 3)) > 1
    relit = np.abs(spoilt.mean(axis=(1, 2, 3)) - 100) > 6
    assert 0.35 < noisy.mean() < 0.65
    assert not (noisy & relit).any()


def test_outside_training_and_without_shares_nothing_changes(faces):
    given = as_input(faces)
    for layer, training in ((Spoil(Spoiling(blur=1.0), 1), False), (Spoil(Spoiling(), 1), True)):
        np.testing.assert_array_equal(convert_to_numpy(layer(given, training=training)), given)
