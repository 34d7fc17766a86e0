"""The model card tells what the model file holds, whole or bare, and says it in words too."""

import json
from dataclasses import replace

import pytest

from fer_system import DEFAULT_MODEL, Classifier
from fer_system.card import CARD_TEXTS, Words
from fer_system.card import model_card as render_card
from fer_system.card.charts import Axis
from fer_system.card.values import failures, flat
from tests.markup import read
from tests.model_files import write_model

text = Words(CARD_TEXTS["en"])


def model_card(of, words=text):
    return render_card(of, words)


@pytest.fixture(scope="module")
def card():
    return Classifier(DEFAULT_MODEL).card


@pytest.fixture(scope="module")
def page(card):
    return read(model_card(card))


def section(page, title):
    (found,) = [it for it in page.all("section") if it.all("h2")[0].text == title]
    return found


def test_the_chief_figures_come_with_their_intervals(card, page):
    shown = section(page, text.SCORES).text
    limits = card.details["test_intervals_95"]["accuracy"]
    assert f"{100 * card.test.accuracy:.1f} %" in shown
    assert f"95 % interval {100 * limits['low']:.1f} to {100 * limits['high']:.1f}" in shown
    assert f"{card.test.macro_f1:.3f}" in shown
    assert f"{100 * card.validation.accuracy:.1f} %" in shown


def test_the_confusion_is_a_table_in_percent_of_its_rows(card, page):
    (table,) = section(page, text.ERRORS).all("table")
    confusion = card.details["test_confusion"]
    rows = [row.all("td", "fer-right") + row.all("td", "fer-wrong") for row in table.all("tr")[1:]]
    assert [len(row) for row in rows] == [len(card.classes)] * len(card.classes)
    for position, (row, counts) in enumerate(zip(table.all("tr")[1:], confusion, strict=True)):
        (right,) = row.all("td", "fer-right")
        assert right.text == f"{100 * counts[position] / sum(counts):.0f}"
        assert right.attributes["title"] == f"{counts[position]} of {sum(counts)} faces"
        assert row.all("th")[0].text == text.emotion(card.classes[position])


def test_every_class_has_its_rates_and_its_faces(card, page):
    rates = section(page, text.RATES).all("tr")[1:]
    faces = section(page, text.DATA).all("tr")[1:]
    for name, rate_row, faces_row in zip(card.classes, rates, faces, strict=True):
        assert text.emotion(name) in rate_row.text
        recall = 100 * card.details["test_per_class"][name]["recall"]
        assert f"{recall:.0f} %" in rate_row.text
        for split in ("train", "validation", "test"):
            assert text.number(card.details["faces"][split][name]) in faces_row.text


def test_the_worst_classes_come_first_and_tell_what_they_are_taken_for():
    confusion = [[6, 4, 0], [0, 10, 0], [0, 0, 0]]
    sentences = [
        " ".join(it.split()) for it in failures(confusion, ("angry", "happy", "sad"), text)
    ]
    assert sentences == [
        "Angry: 60 % are recognised, 40 % are taken for Happy.",
        "Happy: 100 % are recognised, 0 % are taken for Sad.",
    ]


def test_every_plot_has_a_name_and_is_told_in_words(card, page):
    plots = page.all("div", "fer-plot")
    assert all(plot.attributes["role"] == "img" for plot in plots)
    assert len({plot.attributes["aria-label"] for plot in plots}) == len(plots) == 3
    assert all(plot.all("svg")[0].attributes["aria-hidden"] == "true" for plot in plots)
    error = card.details["figures"]["test"]["calibration_error"]
    assert f"{100 * error:.1f} %" in section(page, text.TRUST).all("p")[-1].text
    told = section(page, text.TRAINING).all("p")[-1].text
    assert f"{card.details['history']['val_loss'][0]:.2f}" in told
    assert f"epoch {card.details['best_epoch']}," in told


def test_the_curves_have_a_point_for_every_epoch(card, page):
    curves = section(page, text.TRAINING).all("polyline", "fer-validation")
    assert len(curves) == 2
    for curve in curves:
        points = [tuple(map(float, it.split(","))) for it in curve.attributes["points"].split()]
        assert len(points) == card.details["epochs"]
        assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in points)
        assert points == sorted(points, key=lambda point: point[0])


def test_the_calibration_has_a_dot_for_every_part_that_holds_faces(card, page):
    dots = section(page, text.TRUST).all("span", "fer-dot")
    assert len(dots) == len(card.details["test_calibration"]["faces"])


def test_the_provenance_names_commit_data_run_and_the_whole_recipe(card, page):
    told = section(page, text.PROVENANCE).text
    for fact in (card.git_commit, card.data_hash, card.mlflow_run_id):
        assert fact in told
    for name, value in flat(card.details["recipe"]).items():
        assert f"{name} {value}" in told


def test_a_student_tells_its_teachers_the_votes_and_the_power_of_the_prior(card):
    recipe = {"distil": {"teachers": ["wide", "deep"]}}
    learned = {"recipe": recipe, "votes": 0.3, "prior_power": 0.15}
    told = section(read(model_card(replace(card, details=learned))), text.PROVENANCE).text
    assert "Teachers wide, deep" in told
    assert "Votes of FER+ 30 % of what each training face is to be called" in told
    assert "Rare emotions favoured: probabilities are divided by" in told
    assert "to the power of 0.15" in told
    plain = {"recipe": {"distil": None}, "votes": 0.0, "prior_power": 0.0}
    told = section(read(model_card(replace(card, details=plain))), text.PROVENANCE).text
    for fact in (text.PROVENANCE_TEACHERS, text.PROVENANCE_VOTES, text.PROVENANCE_PRIOR):
        assert fact not in told


def test_a_recipe_is_flattened_by_dots():
    recipe = {"seed": 1, "network": {"name": "vgg", "stages": [[8], [16]]}, "head": None}
    assert flat(recipe) == {
        "seed": "1",
        "network.name": '"vgg"',
        "network.stages": "[[8], [16]]",
        "head": "null",
    }


def test_the_limits_are_told_in_the_pages_words_and_unknown_ones_in_the_cards(card):
    assert set(card.details["limits"]) | {"few"} == set(text.LIMITS)
    limits = {"use": "told otherwise", "weather": "It knows nothing of <rain>."}
    other = replace(card, details=card.details | {"limits": limits})
    told = [item.text for item in section(read(model_card(other)), text.LIMITS_TITLE).all("li")]
    assert told == [text.LIMITS["use"], "It knows nothing of <rain>."]


def test_a_model_file_without_a_card_shows_what_it_has(tmp_path):
    card = Classifier(write_model(tmp_path / "bare.onnx")).card
    page = read(model_card(card))
    assert [heading.text for heading in page.all("h2")] == [text.SCORES, text.PROVENANCE]
    assert "37.5 %" in page.text
    assert card.git_commit in page.text
    assert text.UNKNOWN in page.text


def test_a_card_that_lacks_a_part_is_shown_without_that_part(card, page):
    titles = [heading.text for heading in page.all("h2")]
    for missing in card.details:
        rest = {name: told for name, told in card.details.items() if name != missing}
        shown = read(model_card(replace(card, details=rest))).all("h2")
        assert 0 <= len(titles) - len(shown) <= 3
        assert {heading.text for heading in shown} <= set(titles)


def test_a_card_from_a_model_file_is_shown_as_text_and_never_as_markup(tmp_path):
    path = write_model(tmp_path / "hostile.onnx", model="<script>", mlflow_run_id="<b>")
    assert "<script>" not in model_card(Classifier(path).card)
    assert not read(model_card(Classifier(path).card)).all("b")


def test_a_card_of_eight_classes_is_whole(card):
    classes = (*card.classes, "contempt")
    details = json.loads(json.dumps(card.details))
    details["classes"] = list(classes)
    details["test_confusion"] = [[*row, 0] for row in details["test_confusion"]] + [[0] * 8]
    details["test_per_class"]["contempt"] = dict.fromkeys(("precision", "recall", "f1", "faces"), 0)
    for faces in details["faces"].values():
        faces["contempt"] = 0
    page = read(model_card(replace(card, classes=classes, details=details)))
    (table,) = section(page, text.ERRORS).all("table")
    assert [len(row.all("td")) for row in table.all("tr")] == [1] + [8] * 8


def test_every_figure_is_written_as_the_language_does(card):
    losses = [card.details["history"]["val_loss"][at] for at in (0, card.details["best_epoch"] - 1)]
    german = Words(CARD_TEXTS["de"])
    shown = section(read(model_card(card, german)), german.TRAINING).text
    for loss in losses:
        assert f"{loss:.2f}".replace(".", ",") in shown


def test_an_axis_places_values_in_percent():
    axis = Axis("Loss", 1, 3, {1: "1"})
    assert [axis.place(value) for value in (1, 1.5, 3)] == [0, 25, 100]
