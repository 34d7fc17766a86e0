"""A picture's faces are the same rows and the same JSON by every way out.

What browsers write is compared in tests/whole/test_page_folder.py and test_page_webcam.py.
"""

import base64
import csv
import io
import json

import pytest
from PIL import Image
from skimage import data

from fer_system import Recognizer, load_picture, score
from fer_system.__main__ import main
from fer_system.records import csv_header, csv_rows, csv_text, describe_model, describe_picture
from fer_system.results import Result
from tests.markup import read
from web.picture import downloads


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures") / "=an astronaut.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


@pytest.fixture(scope="module")
def recognizer(model_path):
    return Recognizer(model_path, "haar")


@pytest.fixture(scope="module")
def result(recognizer, picture):
    faces = tuple(recognizer(load_picture(picture), quality=True))
    assert faces
    return Result(picture.name, (512, 512), faces)


@pytest.fixture(scope="module")
def table(result, recognizer):
    """What fer_system.records writes."""
    rows = csv_rows(result, recognizer.classes)
    return csv_text([csv_header(recognizer.classes), *rows])


def held(link):
    return base64.b64decode(link.partition("base64,")[2]).decode()


def test_the_pages_downloads_are_the_records(result, recognizer, table):
    links = [link.attributes["href"] for link in read(downloads(result, recognizer)).all("a")]
    files = [held(link) for link in links if link.startswith("data:")]
    assert table in files
    document = describe_model(recognizer) | describe_picture(result)
    assert document in [json.loads(file) for file in files if file.startswith("{")]


def test_the_command_line_writes_the_same(
    picture, model_path, result, recognizer, table, capsysbinary
):
    flags = [str(picture), "--model", str(model_path), "--detector", "haar"]
    assert main([*flags, "--csv"]) == 0
    assert capsysbinary.readouterr().out.decode() == table
    assert main([*flags, "--json"]) == 0
    document = json.loads(capsysbinary.readouterr().out)
    assert document == describe_model(recognizer) | describe_picture(result)


def test_many_pictures_are_scored_into_the_same_records(picture, recognizer, table):
    (record, *others) = score([(picture.name, picture.read_bytes())], recognizer)
    expected = list(csv.DictReader(io.StringIO(table, newline="")))
    assert len(others) == len(expected) - 1
    written = csv_text([list(record), *(list(each.values()) for each in (record, *others))])
    assert written == table
