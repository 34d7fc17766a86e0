"""What the folder tab makes of results, before the browser has them."""

import json
import re

import numpy as np
import pytest

from fer_system.intervals import FEW_FACES
from fer_system.recognizer import Face
from fer_system.results import Figures, Result, figures
from web import text
from web.folder.overview import (
    MOST_OF_CELL,
    MOST_THUMBNAILS,
    Thumbnails,
    counts,
    left,
    overview,
    remarks,
)

PIXELS = np.zeros((64, 64, 3), np.uint8)


def result(name, label, classes):
    shares = {each: 0.9 if each == label else 0.1 / (len(classes) - 1) for each in classes}
    return Result(name, (64, 64), (Face((8, 8, 32, 32), shares, 0.9),))


def test_the_tab_tells_of_the_other_files_where_there_are_some():
    found = figures([Result("1.png", (2, 2))], ("happy",))
    assert remarks(found, 1234) == [text.FOLDER_LEFT_ASIDE.format(count="1,234")]
    assert remarks(found, 0) == []


def test_folders_that_name_no_class_are_told_of_only_where_others_name_one(recognizer):
    classes = recognizer.classes
    holiday = result("holiday/1.png", classes[0], classes)
    assert remarks(figures([holiday], classes), 0) == []
    labelled = [holiday, result(f"{classes[0]}/1.png", classes[0], classes)]
    assert "holiday" in " ".join(remarks(figures(labelled, classes), 0))


@pytest.mark.parametrize(
    ("right", "faces", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3
    [(81, 263, "25.5", "36.6"), (15, 148, "6.2", "16.0"), (0, 20, "0.0", "16.1")],
)
def test_accuracy_and_macro_f1_come_with_their_intervals(right, faces, low, high):
    found = Figures(("happy", "sad"), np.array([[right, faces - right], [0, 0]]), 0, 0, {})
    told = counts([], found)
    assert re.findall(r"\d+\.\d", told[text.ACCURACY][1]) == [low, high]
    assert len(re.findall(r"0\.\d{3}", told[text.MACRO_F1][1])) == 2


def test_few_faces_come_with_a_remark_and_many_do_not():
    few, enough = (
        Figures(("happy", "sad"), np.diag([faces, 1]), 0, 0, {}) for faces in (12, FEW_FACES)
    )
    remark = text.FOLDER_FEW.format(count=13, few=FEW_FACES)
    assert remark in remarks(few, 0)
    assert len(remarks(enough, 0)) == 1


def test_every_cell_of_the_confusion_matrix_gets_some_thumbnails_and_all_are_bounded(recognizer):
    classes = recognizer.classes
    kept = Thumbnails(classes)
    cells = [(actual, label) for actual in classes for label in classes]
    for number, (actual, label) in enumerate(cells * (MOST_OF_CELL + 3)):
        kept.offer(number, result(f"{actual}/{number}.png", label, classes), PIXELS)
    assert {number % len(cells) for number in kept.addresses} == set(range(len(cells)))
    assert len(kept.addresses) == min(MOST_THUMBNAILS, MOST_OF_CELL * len(cells))


def test_a_picture_that_cannot_be_read_has_no_thumbnail():
    kept = Thumbnails(("happy",))
    kept.offer(0, Result("1.png"), None)
    assert kept.addresses == {}


def test_names_of_strangers_cannot_end_the_data_that_they_are_in(recognizer):
    name = '</div><script>alert("&amp;")</script>'
    page = overview([Result(name, (2, 2))], {}, recognizer, 0)
    written = re.search(r"<div data-part=\"facts\" hidden>(.*?)</div>", page)[1]
    assert json.loads(written)["pictures"][0][0] == name
    assert "<script" not in page


def test_ten_thousand_pictures_make_an_answer_of_a_few_megabytes(recognizer):
    classes = recognizer.classes
    results = [result(f"happy/picture-{number}.jpg", "happy", classes) for number in range(10_000)]
    assert len(overview(results, {}, recognizer, 0)) < 2_000_000


def test_the_time_left_is_told_in_seconds_and_then_in_minutes():
    assert left(100, 200, 12.2) == "about 13 s left"
    assert left(100, 10_000, 10) == "about 17 min left"
