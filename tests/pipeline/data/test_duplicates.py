"""Pictures of the same photograph are known as such, whatever was done to them."""

import tracemalloc

import cv2
import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from drawings.portrait.random_face import draw_face
from fer_system.emotions import FER2013
from pipeline.data.dataset import Split
from pipeline.data.duplicates import (
    ALIKE,
    duplicates,
    photographs,
    thumbnails,
    twins,
    unit_vectors,
)


@pytest.fixture
def images():
    return np.random.default_rng(1).integers(0, 256, (6, 48, 48)).astype(np.uint8)


def test_the_same_photograph_is_found_in_other_light(images):
    darker = (images[2] * 0.6 + 20).astype(np.uint8)
    others = np.stack([images[0], darker])
    found = twins(thumbnails(others), thumbnails(images[1:]))
    assert found.tolist() == [-1, 1]


def test_an_empty_picture_is_like_no_other():
    empty = np.full((2, 48, 48), 9, np.uint8)
    faces = thumbnails(empty)
    assert twins(faces, faces).tolist() == [-1, -1]


def test_duplicates_count_faces_and_differing_labels(images):
    def split(rows, labels):
        return Split(images[rows], np.array(labels, np.uint8), FER2013)

    counted = duplicates(
        {
            "train": split([0, 1], [3, 4]),
            "val": split([1, 2], [5, 0]),
            "test": split([0, 2], [3, 0]),
        }
    )
    assert counted == {
        "val in train": {"faces": 1, "labelled differently": 1},
        "test in train": {"faces": 1, "labelled differently": 0},
        "test in val": {"faces": 1, "labelled differently": 0},
    }


def saved_as_jpeg(image, quality):
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)


def test_copies_in_another_light_quality_and_size_are_one_photograph():
    def face(size=48):
        return draw_face("happy", np.random.default_rng(1), size)

    other = draw_face("happy", np.random.default_rng(2))
    small = cv2.resize(face(120), (48, 48), interpolation=cv2.INTER_AREA)
    images = [face(), other, (face() * 0.6 + 20).astype(np.uint8), saved_as_jpeg(face(), 40), small]
    assert photographs(np.stack(images)).tolist() == [0, 1, 0, 0, 0]


def test_what_is_alike_by_way_of_another_picture_is_one_photograph(images):
    first, last = images[0].astype(float), images[1].astype(float)
    burst = [first + (last - first) * share for share in (0, 0.08, 0.16, 0.24)]
    faces = np.stack([*burst, images[2]]).astype(np.uint8)
    assert twins(thumbnails(faces[:1]), thumbnails(faces[3:])).tolist() == [-1]
    assert photographs(faces).tolist() == [0, 0, 0, 0, 1]


def test_flat_pictures_are_copies_of_nothing():
    assert photographs(np.full((2, 48, 48), 9, np.uint8)).tolist() == [0, 1]


def bursts(count, seed):
    """Smooth faces: photographs of their own, bursts of those that are nearly alike, and copies."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 256, (count, 5, 5)).astype(np.uint8)
    corners[1::3] = np.clip(corners[::3] + rng.normal(0, 12, (len(corners[1::3]), 5, 5)), 0, 255)
    corners[2::9] = corners[1::9]
    corners[5::90] = 128
    return np.stack([cv2.resize(face, (48, 48), interpolation=cv2.INTER_CUBIC) for face in corners])


def test_what_is_found_is_what_comparing_all_with_all_finds():
    faces, others = bursts(900, seed=1), bursts(900, seed=1)[::-1][:500]
    one, two = (unit_vectors(thumbnails(images)) for images in (faces, others))
    alike = one @ two.T
    found = twins(thumbnails(faces), thumbnails(others))
    has_any = alike.max(axis=1) > ALIKE
    np.testing.assert_array_equal(found >= 0, has_any)
    chosen = alike[np.arange(len(faces)), found]
    np.testing.assert_allclose(chosen[has_any], alike.max(axis=1)[has_any], atol=1e-6)
    joined = connected_components(one @ one.T > ALIKE, directed=False)[1]
    np.testing.assert_array_equal(photographs(faces), joined)
    assert 0.1 < has_any.mean() < 0.9
    assert 300 < joined.max() < 800


def test_very_many_pictures_that_are_alike_are_compared_in_little_memory(images):
    noise = np.random.default_rng(3).normal(0, 2, (1500, 48, 48))
    burst = np.clip(images[0] + noise, 0, 255).astype(np.uint8)
    faces = np.concatenate([burst, np.repeat(images[:2], 10_000, axis=0)])
    tracemalloc.start()
    numbers = photographs(faces)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert numbers.tolist() == [0] * 11_500 + [1] * 10_000
    assert peak < 100e6  # 2 million pairs of a burst would be 4 GB, 100 million copies far more
