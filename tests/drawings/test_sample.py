import csv
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from drawings import sample
from fer_system.emotions import FER2013
from pipeline.data.class_folders import read_class_folders
from pipeline.data.dataset import SPLITS
from pipeline.data.fer2013 import USAGES

ROWS = 70


@pytest.fixture(scope="module")
def drawn_csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "faces.csv"
    sample.write_sample(path, rows=ROWS, seed=7)
    return path


@pytest.fixture(scope="module")
def rows(drawn_csv):
    with drawn_csv.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_has_fer2013s_format(drawn_csv, rows):
    assert drawn_csv.read_bytes().startswith(b"emotion,pixels,Usage\n")
    assert len(rows) == ROWS
    for row in rows:
        assert row["emotion"] in "0123456"
        values = row["pixels"].split(" ")
        assert len(values) == 48 * 48
        assert all(0 <= int(value) <= 255 for value in values)
    order = [list(USAGES).index(row["Usage"]) for row in rows]
    assert order == sorted(order)


def test_the_csv_holds_the_faces_that_were_drawn(rows):
    for row, (emotion, drawn, usage) in zip(rows, sample.sample_rows(ROWS, seed=7), strict=True):
        stored = np.array(row["pixels"].split(), np.uint8).reshape(48, 48)
        assert (row["emotion"], row["Usage"]) == (str(emotion), usage)
        np.testing.assert_array_equal(stored, drawn)


def test_every_class_is_in_every_split():
    for count in (21, 70, 1400, 1403):
        assert len(set(sample.plan(count))) == len(FER2013) * len(SPLITS), count
        assert len(sample.plan(count)) == count


def test_eight_one_and_one_in_ten_faces_go_to_the_splits():
    splits = Counter(split for split, _ in sample.plan(1400))
    assert splits == {"train": 1120, "val": 140, "test": 140}


def test_too_few_rows_are_refused_and_leave_nothing(tmp_path):
    with pytest.raises(ValueError, match="20 faces are too few"):
        sample.write_sample(tmp_path / "faces.csv", rows=20, seed=7)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def drawn_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "faces"
    sample.write_class_folders(folder, faces=ROWS, seed=7)
    return folder


def test_class_folders_hold_colour_pictures_of_many_sizes(drawn_folder):
    sizes = set()
    for path in drawn_folder.rglob("*.png"):
        with Image.open(path) as picture:
            colours = np.asarray(picture).astype(int)
            sizes.add(picture.size)
        assert colours.ndim == 3
        assert np.ptp(colours, axis=2).mean() > 1
    assert len(sizes) > ROWS / 4
    assert all(48 <= side < 97 for size in sizes for side in size)


def test_class_folders_are_read_as_they_were_planned(drawn_folder, tmp_path):
    splits, notes = read_class_folders(drawn_folder, tmp_path / "arrays")
    for name, split in splits.items():
        shown = Counter(split.classes[label] for label in split.labels)
        assert shown == Counter(emotion for part, emotion in sample.plan(ROWS) if part == name)
    assert split.classes == FER2013
    assert notes == []


def test_the_same_seed_fills_folders_with_the_same_files_and_another_with_others(tmp_path):
    contents = []
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        sample.write_class_folders(tmp_path / name, faces=21, seed=seed)
        files = sorted((tmp_path / name).rglob("*.png"))
        contents.append([path.read_bytes() for path in files])
    assert contents[0] == contents[1]
    assert set(contents[0]).isdisjoint(contents[2])


def test_a_folder_that_is_there_is_not_written_into(tmp_path):
    (tmp_path / "mine.png").touch()
    with pytest.raises(FileExistsError, match="is there already"):
        sample.write_class_folders(tmp_path, faces=21, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.png"]


def test_an_interrupted_drawing_leaves_no_folder(tmp_path, monkeypatch):
    def interrupted(path, picture):
        raise KeyboardInterrupt

    monkeypatch.setattr(sample, "write_png", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sample.write_class_folders(tmp_path / "faces", faces=21, seed=1)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_drawing_keeps_the_old_csv(tmp_path, monkeypatch):
    def interrupted(rows, seed):
        yield 0, np.zeros((48, 48), np.uint8), "Training"
        raise KeyboardInterrupt

    path = tmp_path / "faces.csv"
    path.write_text("old")
    monkeypatch.setattr(sample, "sample_rows", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sample.write_sample(path, rows=21, seed=7)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_no_two_faces_are_alike(rows):
    assert len({row["pixels"] for row in rows}) == ROWS


def test_the_command_line_writes_folders_where_it_is_asked_for_no_csv(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["sample", str(tmp_path / "faces"), "--rows", "21"])
    sample.main()
    assert len(list((tmp_path / "faces").glob("*/*/*.png"))) == 21


def test_the_command_line_writes_what_it_is_asked_for(tmp_path, monkeypatch, capsys):
    path = tmp_path / "faces.csv"
    monkeypatch.setattr("sys.argv", ["sample", str(path), "--rows", "21", "--seed", "1"])
    sample.main()
    assert len(path.read_text().splitlines()) == 22
    assert "21 drawn faces" in capsys.readouterr().out


def test_the_command_line_says_in_a_sentence_what_is_wrong(subtests, tmp_path, monkeypatch, capsys):
    for flags, complaint in [
        ([], "required: out"),
        (["faces.csv", "--rows", "5"], "5 faces are too few"),
    ]:
        with subtests.test(flags=flags, complaint=complaint):
            monkeypatch.chdir(tmp_path)
            monkeypatch.setattr("sys.argv", ["sample", *flags])
            with pytest.raises(SystemExit) as stop:
                sample.main()
            assert stop.value.code == 2
            assert complaint in capsys.readouterr().err
