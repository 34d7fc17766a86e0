"""Any number of pictures give one record a face, whoever works on them and whatever dies."""

import io
import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from PIL import Image
from skimage import data

from fer_system import Recognizer, score
from fer_system.folder import open_pictures, recognize
from fer_system.records import csv_header, csv_rows, csv_text
from tests.model_files import write_model

REPOSITORY = Path(__file__).parents[2]
DEADLY = (13, 13)
"""The size, in pixels, of the picture that kills whoever recognises it."""


class Fragile(Recognizer):
    """Recognises with a decoder that one picture brings down, as a fault in C would."""

    def __reduce__(self):
        return Fragile, self._arguments

    def __call__(self, picture, *arguments, **options):
        if picture.shape[1::-1] == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(picture, *arguments, **options)


def png(picture):
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


@pytest.fixture(scope="module")
def astronaut_png():
    return png(Image.fromarray(data.astronaut()).resize((256, 256)))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, astronaut_png):
    """A folder with two faces in a picture, one, none, and what is no picture."""
    folder = tmp_path_factory.mktemp("pictures")
    two = Image.new("RGB", (512, 256))
    for left in (0, 256):
        two.paste(Image.open(io.BytesIO(astronaut_png)), (left, 0))
    contents = [png(two), astronaut_png, png(Image.new("RGB", (64, 32))), b"", b"no picture"]
    for number, content in enumerate(contents):
        (folder / f"{number}.png").write_bytes(content)
    return folder


def test_threads_and_processes_give_what_a_plain_loop_gives(pictures, recognizer):
    header = csv_header(recognizer.classes)
    with open_pictures([pictures]) as (entries, _):
        rows = [
            row
            for entry in entries
            for row in csv_rows(recognize(recognizer, entry)[0], recognizer.classes)
        ]
    assert [row[0] for row in rows] == ["0.png", "0.png", "1.png", "2.png", "3.png", "4.png"]
    names = [path.name for path in sorted(pictures.iterdir())]
    contents = [(name, (pictures / name).read_bytes()) for name in names]
    for options in ({}, {"threads": 3}, {"processes": 2}):
        records = list(score(contents, recognizer, **options))
        assert records == [dict(zip(header, row, strict=True)) for row in rows]
    table = [list(record.values()) for record in records]
    assert csv_text([header, *table]).count("\r\n") == 7


def test_whatever_is_no_picture_is_a_record_that_says_why(pictures, recognizer):
    given = [pictures / "2.png", str(pictures / "none.png"), b"", None, pictures, b"nothing"]
    first, *bad = score(given, recognizer)
    assert (first["source"], first["face"], first["error"]) == (str(given[0]), None, None)
    assert [record["source"] for record in bad] == [
        given[1], "picture 3", "picture 4", str(pictures), "picture 6",
    ]  # fmt: skip
    for record, reason in zip(
        bad, ("No such", "empty", "NoneType", "no file", "not a"), strict=True
    ):
        assert reason in record["error"]
        assert record["face"] is record["label"] is None


def test_an_endless_source_is_read_no_further_than_there_is_work_for(astronaut_png, recognizer):
    taken = itertools.count()
    endless = (astronaut_png for _ in taken)
    records = score(endless, recognizer, threads=2)
    for _ in range(3):
        next(records)
    records.close()
    assert 3 <= next(taken) <= 10


def test_a_picture_that_kills_its_process_is_a_record_and_the_others_are_whole(
    model_path, astronaut_png
):
    deadly = png(Image.new("L", DEADLY))
    contents = [("a", astronaut_png), ("b", deadly), ("c", astronaut_png), ("d", deadly)]
    *_, last = records = list(score(contents, Fragile(model_path, "haar"), processes=2))
    assert [record["source"] for record in records] == ["a", "b", "c", "d"]
    assert [record["error"] is None for record in records] == [True, False, True, False]
    assert "ends every process" in last["error"]


def test_a_process_that_is_killed_loses_and_doubles_nothing(recognizer, astronaut_png):
    names = [str(number) for number in range(40)]
    before = set(psutil.Process().children(recursive=True))
    records = score(((name, astronaut_png) for name in names), recognizer, processes=2)
    found = [next(records)]
    for process in set(psutil.Process().children(recursive=True)) - before:
        if "resource_tracker" not in "".join(process.cmdline()):
            process.kill()
    found += records
    assert [record["source"] for record in found] == names
    assert {record["error"] for record in found} == {None}


def test_a_script_without_its_guard_is_told_so(model_path, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from fer_system import Recognizer, score\n"
        f"print(list(score([b''], Recognizer({str(model_path)!r}, 'haar'), processes=1)))\n"
    )
    ended = subprocess.run(
        [sys.executable, script],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].endswith("and is there memory left?")


def test_wrong_numbers_and_a_class_that_is_called_like_a_column_are_refused(recognizer, tmp_path):
    for options in ({"threads": 0}, {"processes": -1}):
        with pytest.raises(ValueError, match="1 thread or more"):
            score([], recognizer, **options)
    model = write_model(tmp_path / "model.onnx", outputs=2, classes='["label", "calm"]')
    with pytest.raises(ValueError, match="A class is called label"):
        score([], Recognizer(model, "haar"))
