"""fer2013.csv is read exactly or not at all."""

import csv

import numpy as np
import pytest

from fer_system.emotions import FER2013
from pipeline.data.dataset import SPLITS, data_hash, load_split, save_splits
from pipeline.data.faults import DataError
from pipeline.data.fer2013 import USAGES, read_csv

FACE = " ".join(str(number % 256) for number in range(48 * 48))


def faces(count=2, seed=1):
    """(emotion, pixels, Usage) with `count` rows of every class in every split."""
    rng = np.random.default_rng(seed)
    return [
        (str(label), " ".join(map(str, rng.integers(0, 256, 48 * 48))), usage)
        for usage in USAGES
        for label in range(len(FER2013))
        for _ in range(count)
    ]


@pytest.fixture
def write(tmp_path):
    def write(rows, header=("emotion", "pixels", "Usage"), newline="\n"):
        path = tmp_path / "faces.csv"
        lines = [",".join(row) for row in (header, *rows)]
        path.write_bytes((newline.join(lines) + newline).encode())
        return path

    return write


def test_every_pixel_and_label_is_what_the_csv_module_reads(write):
    path = write(faces(count=12))  # more than one block, and a broken last one
    splits = read_csv(path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for usage, name in USAGES.items():
        expected = [row for row in rows if row["Usage"] == usage]
        pixels = np.array([list(map(int, row["pixels"].split())) for row in expected])
        assert splits[name].images.dtype == np.uint8
        np.testing.assert_array_equal(splits[name].images.reshape(-1, 2304), pixels)
        np.testing.assert_array_equal(
            splits[name].labels, [int(row["emotion"]) for row in expected]
        )


def test_numbers_of_every_length_keep_their_value(write):
    rows = faces()
    rows[0] = ("0", FACE, "Training")
    image = read_csv(write(rows))["train"].images[0]
    np.testing.assert_array_equal(image.ravel(), np.arange(48 * 48) % 256)


def test_columns_may_stand_in_any_order_with_spaces_and_quotes(subtests, write):
    for newline in ("\n", "\r\n"):
        with subtests.test(newline=newline):
            rows = faces()
            shuffled = [(emotion, usage, f'"{pixels}"') for emotion, pixels, usage in rows]
            path = write(shuffled, header=("emotion", " Usage", " pixels"), newline=newline)
            other = read_csv(path)
            for name, split in read_csv(write(rows)).items():
                np.testing.assert_array_equal(split.images, other[name].images)


def test_a_bad_row_is_refused_with_file_line_and_reason(subtests, write):
    for row, reason in [
        (("7", FACE, "Training"), "emotion is '7', not a number from 0 to 6"),
        (("-1", FACE, "Training"), "emotion is '-1'"),
        (("", FACE, "Training"), "emotion is ''"),
        (("happy", FACE, "Training"), "emotion is 'happy'"),
        (("3", FACE, "training"), "Usage is 'training', not one of Training, PublicTest"),
        (("3", FACE.rsplit(" ", 1)[0], "Training"), "2303 pixels instead of 2304"),
        (("3", FACE + " 7", "Training"), "2305 pixels instead of 2304"),
        (("3", "", "Training"), "0 pixels instead of 2304"),
        (("3", FACE.replace("255", "256", 1), "Training"), "pixel 256 is '256', not a number"),
        (("3", FACE.replace("255", "300", 1), "Training"), "pixel 256 is '300'"),
        (("3", FACE.replace("255", "-5", 1), "Training"), "pixel 256 is '-5'"),
        (("3", FACE.replace("255", "1.5", 1), "Training"), "pixel 256 is '1.5'"),
        (("3", FACE.replace("255", "x", 1), "Training"), "pixel 256 is 'x'"),
        (("3", FACE.replace("255", "0255", 1), "Training"), "pixel 256 is '0255'"),
        (("3", FACE.replace(" 255", "  255", 1), "Training"), "2305 pixels instead of 2304"),
        (("3", FACE), "2 fields instead of 3"),
        (("3", FACE, "Training", "more"), "4 fields instead of 3"),
    ]:
        with subtests.test(reason=reason):
            rows = faces()
            rows.insert(30, row)
            path = write(rows)
            with pytest.raises(DataError) as caught:
                read_csv(path)
            assert str(path) in str(caught.value)
            assert f"line 32: {reason}" in str(caught.value)


def test_missing_numbers_in_one_row_are_not_made_up_by_the_next(write):
    rows = faces()
    rows[3] = ("0", FACE.rsplit(" ", 1)[0], "Training")
    rows[4] = ("0", FACE + " 1", "Training")
    with pytest.raises(DataError, match=r"line 5: 2303 pixels(.|\n)*line 6: 2305 pixels"):
        read_csv(write(rows))


def test_the_first_ten_bad_rows_are_shown_and_the_rest_counted(write):
    with pytest.raises(DataError) as caught:
        read_csv(write([*faces(), *[("9", FACE, "Training")] * 13]))
    lines = str(caught.value).splitlines()
    assert len(lines) == 1 + 10 + 1
    assert lines[-1].strip() == "and 3 more bad rows"


def test_a_missing_column_a_missing_split_and_a_missing_file_are_named(write, tmp_path):
    with pytest.raises(DataError, match="no column Usage"):
        read_csv(write([], header=("emotion", "pixels")))
    with pytest.raises(DataError, match="no row has Usage PublicTest"):
        read_csv(write([row for row in faces() if row[2] != "PublicTest"]))
    with pytest.raises(DataError, match="kaggle"):
        read_csv(tmp_path / "absent.csv")


def test_a_bad_file_leaves_the_arrays_of_a_good_one_alone(write, tmp_path):
    folder = tmp_path / "arrays"
    save_splits(read_csv(write(faces())), folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DataError):
        save_splits(read_csv(write([*faces(seed=2), ("9", FACE, "Training")])), folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_the_same_csv_gives_the_same_bytes_and_hash(write, tmp_path):
    hashes, contents = [], []
    for name in ("one", "two"):
        save_splits(read_csv(write(faces())), tmp_path / name)
        hashes.append(data_hash([load_split(split, tmp_path / name) for split in SPLITS]))
        contents.append([(tmp_path / name / f"{split}.npz").read_bytes() for split in SPLITS])
    assert hashes[0] == hashes[1]
    assert contents[0] == contents[1]
