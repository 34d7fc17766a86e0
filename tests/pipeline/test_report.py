"""What the report says of figures, and of reports that do not belong together."""

import json
from dataclasses import asdict

import pytest
from ruamel.yaml import YAML

from fer_system import DEFAULT_MODEL, Classifier
from fer_system.card import CARD_TEXTS, Words, model_card
from pipeline import report
from pipeline.foundation.params import REPOSITORY, load_params

FIGURES = {"test": {"accuracy": 0.7166}}
TRAINING = {"git_commit": "a", "mlflow_run_id": "c"}
MEASURED = {"data_hash": "b"}
FACES = {"angry": 3, "happy": 5}


@pytest.fixture
def content():
    """As much of what `gather` gives as tells which training it is of."""
    return {
        "card": {
            "model": "vgg",
            **TRAINING,
            **MEASURED,
            "figures": FIGURES,
            "faces": {"train": FACES},
        },
        "models": {
            "cnn": {
                "training": TRAINING | {"git_commit": "earlier"},
                "details": MEASURED,
                "figures": {},
            },
            "vgg": {"training": TRAINING, "details": MEASURED, "figures": FIGURES},
        },
        "faces": {"train": FACES},
        "robustness": [{"accuracy": 0.7167}, {"accuracy": 0.1}],
        "rivals": [{"name": "theirs", "accuracy": 0.8}, {"name": "ours", "accuracy": 0.7166}],
        "ours": [{"name": "ours", "accuracy": 0.7166}],
    }


def test_reports_of_one_training_go_together(content):
    assert report.disagreements(content) == []


def test_a_card_of_another_training_is_told_by_what_differs(content):
    content["models"]["vgg"]["training"] = TRAINING | {"git_commit": "x", "mlflow_run_id": "y"}
    (sentence,) = report.disagreements(content)
    assert sentence.endswith("of different trainings: git_commit, mlflow_run_id differ.")


def test_a_model_measured_again_is_of_another_training_than_its_card(content):
    content["models"]["vgg"]["figures"] = {"test": {"accuracy": 0.72}}
    (sentence,) = report.disagreements(content)
    assert sentence.endswith("figures differ.")


def test_models_that_learned_from_other_data_do_not_compare(content):
    content["models"]["cnn"]["details"] = {"data_hash": "other"}
    (sentence,) = report.disagreements(content)
    assert sentence.startswith("The figures of cnn are of other data than those of vgg")


def test_a_report_on_another_champion_is_named(subtests, content):
    for change, folder in [
        ({"faces": {"train": {"angry": 3, "happy": 4}}}, "reports/data"),
        ({"robustness": [{"accuracy": 0.69}]}, "reports/robustness"),
        ({"rivals": [{"name": "ours", "accuracy": 0.69}]}, "reports/rivals"),
    ]:
        with subtests.test(change=change, folder=folder):
            (sentence,) = report.disagreements(content | change)
            assert sentence.startswith(folder)


def test_the_card_in_the_report_is_the_one_that_the_page_shows():
    told = json.loads((REPOSITORY / "models" / "best.json").read_text(encoding="utf-8"))
    shown = model_card(Classifier(DEFAULT_MODEL).card, Words(CARD_TEXTS["en"]))
    assert report.card_section(told) == shown


def test_figures_are_rounded_and_keep_their_sign_beside_them():
    assert report.percent("0.71663") == "71.7\N{NO-BREAK SPACE}%"
    assert report.percent(0.5, 0) == "50\N{NO-BREAK SPACE}%"
    assert report.interval({"low": 0.70298, "high": 0.7314}, 100, 1) == "70.3 to 73.1"


def test_the_recipe_is_a_section_of_params_that_trains_the_same():
    settings = asdict(load_params().train["vgg"])
    text = report.recipe(settings, "vgg")
    assert YAML(typ="safe").load(text) == {"train": {"vgg": settings}}
