"""What the tab *Picture* gives to save: the same faces as JSON and as CSV."""

import base64
import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

import pytest
from gradio.data_classes import ImageData
from gradio.utils import get_upload_folder
from skimage import data

from fer_system.picture import PictureError, load_picture
from fer_system.records import dated_stem, describe_model, describe_picture
from fer_system.results import Result
from tests.markup import read
from web import text
from web.picture import downloads, heading, refusal, uploaded


@pytest.fixture(scope="module")
def faces(recognizer):
    (face,) = recognizer(data.astronaut())
    return [face, replace(face, threshold=1.0, score=None, quality=("small", "dark"))]


@pytest.fixture(scope="module")
def result(faces):
    return Result("our holiday.png", (512, 512), tuple(faces))


@pytest.fixture(scope="module")
def stem():
    return dated_stem("our holiday.png", date.today())


@pytest.fixture(scope="module")
def files(result, recognizer):
    """What the links hold, by the name under which it is saved."""
    links = read(downloads(result, recognizer)).all("a")
    return {
        link.attributes["download"]: base64.b64decode(
            link.attributes["href"].partition(",")[2]
        ).decode()
        for link in links
    }


def test_files_are_called_by_picture_day_and_what_they_hold(files, stem):
    assert list(files) == [
        f"{stem}-faces.jpg",
        f"{stem}-faces.json",
        f"{stem}-toy-threshold-0.125.csv",
    ]


def test_the_table_has_a_row_for_each_face_and_a_column_for_each_class(files, stem, faces):
    table = list(csv.DictReader(io.StringIO(files[f"{stem}-toy-threshold-0.125.csv"])))
    assert [row["source"] for row in table] == ["our holiday.png"] * 2
    for row, face in zip(table, faces, strict=True):
        box = tuple(int(row[side]) for side in ("left", "top", "width", "height"))
        assert box == face.box
        assert row["label"] == face.label
        assert row["uncertain"] == str(int(face.uncertain))
        assert row["quality"].split() == list(face.quality)
        for name, share in face.probabilities.items():
            assert float(row[name]) == pytest.approx(share, abs=1e-4)


def test_the_json_is_what_the_api_answers(files, stem, result, recognizer):
    described = describe_model(recognizer) | describe_picture(result)
    assert json.loads(files[f"{stem}-faces.json"]) == described


def test_a_described_face_tells_its_certainty_and_quality(result):
    certain, uncertain = describe_picture(result)["faces"]
    assert (certain["uncertain"], certain["quality"]) == (False, [])
    assert (uncertain["uncertain"], uncertain["quality"]) == (True, ["small", "dark"])


def test_the_heading_tells_how_many_faces_there_are_and_what_it_took(faces):
    assert heading(()) == text.NO_FACE
    assert heading((replace(faces[0], score=None),)) == text.WHOLE_PICTURE
    assert heading(tuple(faces)) == "2 faces found."
    turned = tuple(replace(face, turned=90) for face in faces)
    assert heading(turned) == "2 faces found. That took turning the picture by 90\N{DEGREE SIGN}."


def upload(name, content):
    """What Gradio hands over where a visitor has uploaded a file called `name`."""
    folder = Path(mkdtemp(dir=get_upload_folder()))
    (folder / "upload").write_bytes(content)
    return uploaded(ImageData(path=str(folder / "upload"), orig_name=name))


@pytest.fixture
def upload_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))


@pytest.mark.usefixtures("upload_folder")
def test_an_upload_keeps_its_name_without_folders_and_without_what_cannot_be_shown(subtests):
    for given, kept in {
        "holiday.jpg": "holiday.jpg",
        "../../etc/passwd": "passwd",
        "a\nb\x1b.png": "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}.png",
        "": "picture",
    }.items():
        with subtests.test(given=given):
            file = upload(given, b"content")
            assert (file.name, file.read()) == (kept, b"content")
    assert len(upload(5000 * "a", b"").name) == 1000


@pytest.mark.usefixtures("upload_folder")
def test_a_file_that_gradio_sends_as_text_too_is_read_from_where_it_lies():
    folder = Path(mkdtemp(dir=get_upload_folder()))
    (folder / "a.svg").write_bytes(b"<svg/>")
    given = ImageData(path=str(folder / "a.svg"), url="data:image/svg+xml,%3Csvg%2F%3E")
    assert uploaded(given).read() == b"<svg/>"


def test_a_picture_in_an_address_has_no_name_and_a_damaged_one_no_bytes():
    for content, expected in (("aGFwcHk=", b"happy"), ("%%%", b"")):
        file = uploaded(ImageData(url=f"data:image/png;base64,{content}"))
        assert (file.name, file.read()) == ("picture", expected)


@pytest.mark.usefixtures("upload_folder")
def test_a_file_that_cannot_be_read_is_called_by_its_name_in_the_visitors_language():
    file = upload("urlaub.jpg", bytes(33_000_000))
    with pytest.raises(PictureError, match="longer than the 32 MB"):
        file.read()
    with pytest.raises(PictureError) as error, text.speaking("de"):
        load_picture(b"")
    with text.speaking("de"):
        assert refusal(error.value, file).startswith("urlaub.jpg ist leer")
