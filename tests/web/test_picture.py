"""What the tab *Picture* gives to save: the same faces as JSON and as CSV."""

import base64
import csv
import io
import json
from dataclasses import replace

import pytest
from skimage import data

from fer_system.records import describe_model, describe_picture
from tests.markup import read
from web.picture import downloads, result_of


@pytest.fixture(scope="module")
def faces(recognizer):
    (face,) = recognizer(data.astronaut())
    return [face, replace(face, threshold=1.0, score=None, quality=("small", "dark"))]


@pytest.fixture(scope="module")
def files(faces, recognizer):
    """What the links hold, by the name under which it is saved."""
    links = read(downloads(result_of(faces, data.astronaut()), recognizer)).all("a")
    return {
        link.attributes["download"]: base64.b64decode(
            link.attributes["href"].partition(",")[2]
        ).decode()
        for link in links
    }


def test_the_table_has_a_row_for_each_face_and_a_column_for_each_class(files, faces):
    table = list(csv.DictReader(io.StringIO(files["faces-toy-threshold-0.125.csv"])))
    assert len(table) == 2
    for row, face in zip(table, faces, strict=True):
        box = tuple(int(row[side]) for side in ("left", "top", "width", "height"))
        assert box == face.box
        assert row["label"] == face.label
        assert row["uncertain"] == str(int(face.uncertain))
        assert row["quality"].split() == list(face.quality)
        for name, share in face.probabilities.items():
            assert float(row[name]) == pytest.approx(share, abs=1e-4)


def test_the_json_is_what_the_api_answers(files, faces, recognizer):
    described = describe_picture(result_of(faces, data.astronaut()))
    assert json.loads(files["faces.json"]) == describe_model(recognizer) | described


def test_a_described_face_tells_its_certainty_and_quality(faces):
    certain, uncertain = describe_picture(result_of(faces, data.astronaut()))["faces"]
    assert (certain["uncertain"], certain["quality"]) == (False, [])
    assert (uncertain["uncertain"], uncertain["quality"]) == (True, ["small", "dark"])
