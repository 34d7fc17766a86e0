"""Random changes to faces keep a face a face."""

import numpy as np
import pytest
from keras.ops import convert_to_numpy

from drawings.portrait.random_face import draw_face
from pipeline.foundation.params import Augmentation
from pipeline.learning.augmentation import Mixup, RandomAffine, augmentation_layers

FULL = Augmentation(rotation=10, shear=5, zoom=0.1, width_shift=0.1, height_shift=0.1, flip=True)


@pytest.fixture(scope="module")
def faces():
    drawn = [draw_face("happy", np.random.default_rng(seed)) for seed in range(16)]
    return np.stack(drawn)[..., np.newaxis].astype(np.float32)


def augment(faces, ranges, seed=1):
    return np.asarray(RandomAffine(ranges, seed)(faces, training=True))


def test_outside_training_nothing_changes(faces):
    np.testing.assert_array_equal(np.asarray(RandomAffine(FULL, 1)(faces, training=False)), faces)


def test_without_ranges_nothing_changes_in_training_either(faces):
    np.testing.assert_allclose(augment(faces, Augmentation()), faces, atol=1e-3)


def test_a_flip_mirrors_about_half_of_the_faces_exactly(faces):
    changed = augment(faces, Augmentation(flip=True))
    pairs = list(zip(changed, faces, strict=True))
    mirrored = [np.allclose(new, old[:, ::-1], atol=1e-2) for new, old in pairs]
    same = [np.allclose(new, old, atol=1e-2) for new, old in pairs]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert 3 <= sum(mirrored) <= 13


def test_each_range_changes_the_faces_and_each_face_differently(subtests, faces):
    for ranges in (
        Augmentation(rotation=20),
        Augmentation(shear=15),
        Augmentation(zoom=0.2),
        Augmentation(width_shift=0.2),
        Augmentation(height_shift=0.2),
    ):
        with subtests.test(ranges=ranges):
            one = np.repeat(faces[:1], 8, axis=0)
            changed = augment(one, ranges)
            assert all(np.abs(face - one[0]).mean() > 0.1 for face in changed)
            assert len({face.tobytes() for face in changed}) == 8


def test_a_shift_moves_a_face_along_its_own_axis_alone():
    stripes = np.zeros((8, 48, 48, 1), np.float32)
    stripes[:, :, 20:28] = 255  # the same in every row
    np.testing.assert_allclose(augment(stripes, Augmentation(height_shift=0.2)), stripes, atol=1e-2)
    moved = augment(stripes, Augmentation(width_shift=0.2))
    assert not np.allclose(moved, stripes, atol=1)


def test_grey_levels_stay_in_range_and_every_call_draws_anew(faces):
    layer = RandomAffine(FULL, 1)
    first, second = (np.asarray(layer(faces, training=True)) for _ in range(2))
    assert faces.min() - 1e-3 <= first.min() <= first.max() <= faces.max() + 1e-3
    assert not np.allclose(first, second)


def test_the_same_seed_gives_the_same_changes(faces):
    np.testing.assert_array_equal(augment(faces, FULL, seed=5), augment(faces, FULL, seed=5))


def test_brightness_and_contrast_are_drawn_independently():
    faces = np.full((400, 8, 8, 1), 110, np.float32)
    faces[:, :4] = 140
    changed = faces
    for layer in augmentation_layers(Augmentation(brightness=0.1, contrast=0.2), seed=1)[1:]:
        changed = convert_to_numpy(layer(changed, training=True))
    light = changed.mean(axis=(1, 2, 3))
    contrast = changed[:, 0, 0, 0] - changed[:, -1, 0, 0]
    assert light.std() > 5
    assert contrast.std() > 1
    assert abs(np.corrcoef(light, contrast)[0, 1]) < 0.2


def test_erasing_hides_a_rectangle_of_the_share_of_faces_it_is_asked_for():
    faces = np.zeros((400, 48, 48, 1), np.float32)
    *_, erasing = augmentation_layers(Augmentation(erasing=0.25), seed=1)
    hidden = convert_to_numpy(erasing(faces, training=True))[..., 0] > 0
    share = hidden.mean(axis=(1, 2))
    assert 0.18 < (share > 0).mean() < 0.32
    assert share.max() < 0.25
    np.testing.assert_array_equal(convert_to_numpy(erasing(faces, training=False)), faces)


def test_mixing_blends_faces_and_targets_by_the_same_share():
    levels = np.arange(0, 200, 10, dtype=np.float32)
    faces = np.tile(levels[:, None, None, None], (1, 48, 48, 1))
    targets = np.eye(len(levels), dtype=np.float32)
    mixed = [convert_to_numpy(part) for part in Mixup(alpha=1.0, seed=2)(faces, targets)]
    np.testing.assert_allclose(mixed[1].sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(mixed[0][:, 0, 0, 0], mixed[1] @ levels, rtol=1e-4)
    shares = mixed[1].diagonal()
    assert len(set(shares.round(3))) == len(levels)
    assert 0.2 < shares.mean() < 0.8
    for part, given in zip(Mixup(alpha=0.0, seed=2)(faces, targets), (faces, targets), strict=True):
        np.testing.assert_array_equal(convert_to_numpy(part), given)
