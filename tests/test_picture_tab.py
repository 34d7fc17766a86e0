"""What the tab *Picture* gives to save: the same faces as JSON and as CSV."""

import base64
import csv
import io
import json
from dataclasses import replace

import pytest
from markup import read
from skimage import data

from recognition import Recognizer
from web.picture import as_csv, describe_all, downloads


@pytest.fixture(scope="module")
def faces(model_path):
    (face,) = Recognizer(model_path, "haar")(data.astronaut())
    return [face, replace(face, threshold=1.0, score=None, quality=("small", "dark"))]


def test_the_table_has_a_row_for_each_face_and_a_column_for_each_class(faces):
    table = list(csv.DictReader(io.StringIO(as_csv(faces))))
    assert len(table) == 2
    for row, face in zip(table, faces, strict=True):
        box = tuple(float(row[side]) for side in ("left", "top", "width", "height"))
        assert box == face.box
        assert row["label"] == face.label
        assert row["uncertain"] == str(face.uncertain)
        assert row["quality"].split() == list(face.quality)
        for name, share in face.probabilities.items():
            assert float(row[name]) == pytest.approx(share, abs=1e-4)
    assert table[1]["score"] == ""


def test_the_links_hold_the_files_themselves(faces):
    picture = data.astronaut()
    links = {link.attributes["download"]: link for link in read(downloads(faces, picture)).all("a")}
    files = {
        name: base64.b64decode(link.attributes["href"].partition(",")[2]).decode()
        for name, link in links.items()
    }
    assert json.loads(files["faces.json"]) == describe_all(faces, picture)
    assert files["faces.csv"] == as_csv(faces)


def test_a_described_face_tells_its_certainty_and_quality(faces):
    certain, uncertain = describe_all(faces, data.astronaut())["faces"]
    assert (certain["uncertain"], certain["quality"]) == (False, [])
    assert certain["threshold"] == 0.125
    assert (uncertain["uncertain"], uncertain["quality"]) == (True, ["small", "dark"])
