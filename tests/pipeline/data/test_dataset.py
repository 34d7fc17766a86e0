"""The arrays are what `np.savez` writes, are checked when they are read, and stay on disk."""

import hashlib
import resource
import tracemalloc

import numpy as np
import pytest

from pipeline.data.dataset import (
    CHUNK,
    SPLITS,
    Split,
    data_hash,
    load_split,
    read_hash,
    release,
    save_splits,
)
from pipeline.foundation.errors import DamagedFileError, MissingFileError


@pytest.fixture(scope="module")
def splits():
    """Each of another size; that of train is no multiple of a chunk, and has votes."""
    rng = np.random.default_rng(1)
    made = {}
    for name, count in zip(SPLITS, (3 * CHUNK + 7, 10, 1), strict=True):
        images = rng.integers(0, 256, (count, 48, 48), np.uint8)
        votes = rng.random((count, 2), np.float32) if name == "train" else None
        made[name] = Split(images, rng.integers(0, 2, count).astype(np.uint8), ("a", "Ä"), votes)
    return made


@pytest.fixture(scope="module")
def folder(splits, tmp_path_factory):
    path = tmp_path_factory.mktemp("arrays")
    save_splits(splits, path)
    return path


def test_the_files_are_what_numpy_writes_and_reads(splits, folder, tmp_path):
    for name, split in splits.items():
        arrays = {"images": split.images, "labels": split.labels, "classes": split.classes}
        if split.votes is not None:
            arrays["votes"] = split.votes
        np.savez(tmp_path / "expected.npz", **arrays)
        assert (folder / f"{name}.npz").read_bytes() == (tmp_path / "expected.npz").read_bytes()
        read = load_split(name, folder)
        assert read.classes == split.classes
        np.testing.assert_array_equal(read.images, split.images)
        np.testing.assert_array_equal(read.labels, split.labels)
        assert (read.votes is None) == (split.votes is None)


def test_the_hash_is_that_of_images_labels_and_names_one_after_the_other(splits, folder):
    digest = hashlib.sha256()
    for split in splits.values():
        digest.update(split.images.tobytes() + split.labels.tobytes() + "a\0Ä".encode())
    assert data_hash(splits.values()) == digest.hexdigest() == read_hash(folder)
    assert data_hash(load_split(name, folder) for name in SPLITS) == digest.hexdigest()


def test_images_are_read_where_they_are_used(splits, folder):
    expected = splits["train"]
    tracemalloc.start()
    read = load_split("train", folder)
    assert data_hash([read]) == data_hash([expected])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < expected.images.nbytes / 2
    rows = np.array([len(expected.labels) - 1, 0, CHUNK])
    for _ in range(2):  # once more after they left memory
        np.testing.assert_array_equal(read.images[rows], expected.images[rows])
        release(read.images[1:])


def test_a_damaged_file_is_told_wherever_the_damage_is(splits, folder, tmp_path):
    content = (folder / "val.npz").read_bytes()
    image = content.index(splits["val"].images[5].tobytes())
    damaged = [content[:place] + b"\xff\x00" + content[place + 2 :] for place in (image, 30, 28)]
    for bad in (*damaged, content[:-100], content[: len(content) // 2], b""):
        (tmp_path / "val.npz").write_bytes(bad)
        with pytest.raises(DamagedFileError, match=r"val\.npz is damaged"):
            load_split("val", tmp_path)


def test_other_arrays_than_faces_are_told(tmp_path):
    for images in (np.zeros((2, 64, 64), np.uint8), np.zeros((2, 48, 48), np.float32), np.uint8(1)):
        np.savez(tmp_path / "val.npz", images=images, labels=np.zeros(2), classes=np.array(["a"]))
        with pytest.raises(DamagedFileError, match="holds something else"):
            load_split("val", tmp_path)


def test_arrays_that_are_missing_say_how_to_make_them(tmp_path):
    with pytest.raises(MissingFileError, match="dvc repro convert"):
        load_split("train", tmp_path)


def test_a_disk_that_fills_leaves_the_arrays_as_they_were(splits, tmp_path):
    save_splits(dict.fromkeys(SPLITS, splits["val"]), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (splits["train"].images.nbytes // 2, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            save_splits(splits, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
