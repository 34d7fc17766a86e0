"""Class folders are read whole or not at all, and split so that no photograph is on two sides."""

import tracemalloc

import cv2
import numpy as np
import pytest
from PIL import Image

from fer_system.emotions import FER2013, FERPLUS
from pipeline.data.class_folders import class_of, held_out, in_order, read_class_folders
from pipeline.data.dataset import CHUNK, SPLITS, data_hash, load_split, save_splits
from pipeline.data.faults import DataError


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture
def source(tmp_path):
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


@pytest.fixture
def add(source, rng):
    """Writes so many random pictures into a folder of the source."""

    def add(folder, count=1, start=0):
        (source / folder).mkdir(parents=True, exist_ok=True)
        for number in range(start, start + count):
            pixels = rng.integers(0, 256, (12, 12, 3)).astype(np.uint8)
            picture = Image.fromarray(pixels).resize((60, 60), Image.Resampling.BICUBIC)
            picture.save(source / folder / f"{number}.png")

    return add


def counts(splits):
    return {
        name: np.bincount(split.labels, minlength=len(split.classes)).tolist()
        for name, split in splits.items()
    }


def test_every_split_is_read_with_its_classes(source, add):
    for place, name in enumerate(("a", "b"), start=1):
        add(f"Train/{name}", 3 * place)
        add(f"val/{name}", 2 * place)
        add(f"test/{name}/more", place)
    splits, notes = read_class_folders(source, source.parent / "arrays")
    assert list(splits) == list(SPLITS)
    assert counts(splits) == {"train": [3, 6], "val": [2, 4], "test": [1, 2]}
    assert all(split.classes == ("a", "b") for split in splits.values())
    assert notes == []


def test_a_picture_of_48_pixels_keeps_every_grey_level(source, rng):
    levels = rng.integers(0, 256, (2, 48, 48)).astype(np.uint8)
    for split in ("train", "validation", "test"):
        for name, pixels in zip("ab", levels, strict=True):
            (source / split / name).mkdir(parents=True)
            Image.fromarray(pixels).save(source / split / name / "1.png")
    splits, _ = read_class_folders(source, source.parent / "arrays")
    for split in splits.values():
        np.testing.assert_array_equal(split.images, levels)


def upright(size=(96, 96)):
    """Dark above, bright below."""
    picture = Image.new("L", size, 40)
    picture.paste(200, (0, size[1] // 2, *size))
    return picture


def turned(path):
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    upright().rotate(180).save(path.with_suffix(".jpg"), exif=exif)


def sixteen_bits(path):
    Image.fromarray(np.asarray(upright()).astype(np.uint16) * 257).save(path)


def see_through(path):
    picture = upright().convert("RGBA")
    picture.putalpha(255)
    picture.save(path)


@pytest.mark.parametrize(
    "save",
    [
        turned,
        sixteen_bits,
        see_through,
        lambda path: upright((31, 400)).convert("RGB").save(path),
        lambda path: upright((20, 20)).convert("P").save(path.with_suffix(".gif")),
    ],
)
def test_a_picture_of_any_kind_becomes_grey_levels_as_it_is_meant_to_be_seen(source, add, save):
    for folder in ("train/a", "test/a", "test/b", "val/a", "val/b"):
        add(folder)
    (source / "train" / "b").mkdir()
    save(source / "train" / "b" / "picture.png")
    splits, _ = read_class_folders(source, source.parent / "arrays")
    face = splits["train"].images[1]
    assert face.shape == (48, 48)
    assert abs(int(face[:20].mean()) - 40) < 3
    assert abs(int(face[28:].mean()) - 200) < 3


def test_missing_splits_get_a_tenth_of_each_class_the_same_each_time(source, add):
    add("a", 40)
    add("b c", 25)
    add("Ärger", 12)
    splits, notes = read_class_folders(source, source.parent / "arrays")
    assert splits["train"].classes == ("a", "b c", "Ärger")
    assert counts(splits) == {"train": [33, 21, 10], "val": [4, 2, 1], "test": [3, 2, 1]}
    assert notes == [
        "val is missing: 7 faces of train became it",
        "test is missing: 6 faces of train became it",
    ]
    again, _ = read_class_folders(source, source.parent / "arrays")
    for name, split in splits.items():
        np.testing.assert_array_equal(split.images, again[name].images)


def test_a_split_that_is_there_is_left_as_it_is(source, add):
    for name in ("happy", "sad"):
        add(f"train/{name}", 20)
        add(f"test/{name}", 5)
    splits, notes = read_class_folders(source, source.parent / "arrays")
    assert counts(splits) == {"train": [18, 18], "val": [2, 2], "test": [5, 5]}
    assert notes == ["val is missing: 4 faces of train became it"]


def test_no_photograph_is_on_two_sides_of_a_cut(source, add):
    for name in ("a", "b"):
        add(name, 20)
        for number in range(12):  # each of twelve pictures a second time, smaller and as JPEG
            with Image.open(source / name / f"{number}.png") as picture:
                picture.resize((50, 50)).save(source / name / f"{number}.jpg", quality=60)
    _, notes = read_class_folders(source, source.parent / "arrays")
    assert [note for note in notes if "copies" in note] == []
    labels = np.array([0] * 12 + [1] * 12)
    pairs = np.arange(24) // 2  # nothing but pairs
    held = held_out(labels, pairs, np.random.default_rng(1))
    assert held.sum() == 4
    assert all(held[pairs == pair].all() for pair in np.unique(pairs[held]))


def test_one_photograph_of_many_faces_stays_in_train():
    labels, photograph = np.zeros(30, int), np.array([0] * 27 + [1, 2, 3])
    held = held_out(labels, photograph, np.random.default_rng(1))
    assert held[:27].sum() == 0
    assert held.sum() == 3


def test_copies_between_splits_that_are_there_are_counted_and_left(source, add):
    for folder in ("train/a", "train/b", "val/a", "val/b", "test/a", "test/b"):
        add(folder, 4)
    for number, name in enumerate("ab"):
        copy = (source / "train" / "a" / f"{number}.png").read_bytes()
        (source / "test" / name / "copy.png").write_bytes(copy)
    splits, notes = read_class_folders(source, source.parent / "arrays")
    assert counts(splits)["test"] == [5, 5]
    assert notes == [
        "test in train: 2 faces are copies, 1 of them labelled differently; "
        "they make the figures look better than they are"
    ]


def test_a_folder_called_like_an_emotion_is_that_emotion(subtests):
    for folder, name in [
        ("Happy", "happy"),
        ("SADNESS", "sad"),
        ("contempt", "contempt"),
        ("Bored_1", "Bored_1"),
        ("A\u0308rger", "\xc4rger"),
    ]:
        with subtests.test(folder=folder, name=name):
            assert class_of(folder) == name


def test_known_classes_have_the_order_of_their_dataset_and_others_the_alphabets():
    assert in_order(set(FER2013)) == FER2013
    assert in_order(set(FERPLUS)) == FERPLUS
    assert in_order({"sad", "happy", "disgust"}) == ("disgust", "happy", "sad")


def faults_of(source):
    with pytest.raises(DataError) as caught:
        read_class_folders(source, source.parent / "arrays")
    first, *faults = str(caught.value).splitlines()
    assert str(source) in first
    return [fault.strip() for fault in faults] or first


def test_bad_pictures_and_folders_are_all_listed(source, add):
    for folder in ("train/a", "train/b", "val/a", "val/b", "test/a"):
        add(folder, 2)
    (source / "train" / "a" / "empty.png").touch()
    (source / "val" / "b" / "notes.txt").write_text("no picture")
    whole = (source / "test" / "a" / "0.png").read_bytes()
    (source / "test" / "a" / "cut.png").write_bytes(whole[:200])
    (source / "test" / "c d").mkdir()
    add("test", 1)
    (source / "train" / "a" / ".DS_Store").touch()
    (source / "train" / "a" / "Thumbs.db").touch()
    listed = faults_of(source)
    for part in (
        "test/0.png: it lies in no class folder",
        "test/c d: the folder is empty",
        "train/a/empty.png: empty.png is empty (0 bytes)",
        "val/b/notes.txt: notes.txt is not a picture",
        "test/a/cut.png: cut.png is damaged or incomplete",
        "test: no picture shows b",
    ):
        assert [part in fault for fault in listed].count(True) == 1
    assert len(listed) == 6


def test_the_first_ten_faults_are_shown_and_the_rest_counted(source, add):
    add("a", 2)
    for number in range(13):
        (source / "a" / f"{number:02}.jpg").write_text("no picture")
    add("b", 2)
    listed = faults_of(source)
    assert len(listed) == 11
    assert listed[-1] == "and 3 more faults"


def test_one_class_and_none_are_too_few_to_tell_apart(source, add):
    assert faults_of(source) == [
        "the number of classes with pictures is 0; it must be from 2 to 256"
    ]
    add("a", 3)
    assert faults_of(source) == [
        "the number of classes with pictures is 1; it must be from 2 to 256"
    ]


def test_a_class_with_too_few_pictures_to_share_is_named(source, add):
    add("a", 9)
    add("b", 2)
    assert faults_of(source) == ["test: no picture shows b"]


def test_folders_that_are_no_layout_are_named(source, add):
    add("test/a")
    assert "holds test, but no folder train" in faults_of(source)
    add("train/a")
    add("valid/a")
    add("val/a")
    add("validation/a")
    assert "holds valid and validation beside train" in faults_of(source)


def test_faces_become_arrays_in_less_memory_than_they_take(source, rng):
    for number in range(3 * CHUNK):
        folder = source / "ab"[number % 2]
        folder.mkdir(exist_ok=True)
        noise = rng.integers(0, 256, (6, 6), np.uint8)
        cv2.imwrite(str(folder / f"{number}.jpg"), cv2.resize(noise, (48, 48)))
    arrays = source.parent / "arrays"
    tracemalloc.start()
    splits, _ = read_class_folders(source, arrays)
    save_splits(splits, arrays)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(len(split.labels) for split in splits.values()) == 3 * CHUNK
    assert data_hash(load_split(name, arrays) for name in SPLITS) == data_hash(splits.values())
    assert peak < 3 * CHUNK * 48 * 48


def test_nothing_of_a_conversion_lies_beside_the_arrays_that_could_be_left_there(source, add):
    add("a", 20)
    add("b", 20)
    arrays = source.parent / "arrays"
    splits, _ = read_class_folders(source, arrays)
    assert list(arrays.iterdir()) == []
    assert splits["train"].images.any()
    (source / "a" / "bad.png").write_text("no picture")
    with pytest.raises(DataError):
        read_class_folders(source, arrays)
    assert list(arrays.iterdir()) == []
