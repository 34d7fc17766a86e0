"""What is drawn is what the reports hold."""

import json
import shutil

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from pipeline import draw
from pipeline.foundation.params import REPOSITORY
from pipeline.records import reports

BINS = {"faces": [30, 70], "confidence": [0.31, 0.97], "accuracy": [0.2, 0.9]}


@pytest.fixture
def details(tmp_path, monkeypatch):
    """The details.json of a model, in a copy of the committed reports that may be changed."""
    shutil.copytree(REPOSITORY / "reports" / "models" / "vgg", tmp_path / "models" / "vgg")
    monkeypatch.setattr(reports, "REPORTS", tmp_path)
    path = tmp_path / "models" / "vgg" / "details.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["test"]["calibration_before"] = BINS
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_models_four_pictures_show_its_reports_and_nothing_of_the_moment(details, tmp_path):
    before = dict(mpl.rcParams)
    for folder in ("first", "again"):
        draw.draw_model("vgg", tmp_path / folder)
    drawn = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert drawn == ["calibration.png", "confusion.png", "history.png", "per_class.png"]
    for name in drawn:
        first, again = (tmp_path / folder / name for folder in ("first", "again"))
        assert first.read_bytes() == again.read_bytes()
    assert dict(mpl.rcParams) == before


def test_a_reliability_diagram_changes_with_the_bins_alone_that_it_is_drawn_from(details, tmp_path):
    def panels():
        draw.draw_calibration("vgg", tmp_path / "calibration.png")
        picture = np.asarray(Image.open(tmp_path / "calibration.png").convert("L"))
        return np.array_split(picture, 2, axis=1)

    before, after = panels()
    content = json.loads(details.read_text(encoding="utf-8"))
    content["test"]["calibration_before"] = BINS | {"accuracy": [0.2, 0.6]}
    details.write_text(json.dumps(content), encoding="utf-8")
    other, same = panels()
    assert not np.array_equal(before, other)
    np.testing.assert_array_equal(after, same)
