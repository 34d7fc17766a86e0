"""Descriptions in MLflow: short enough for every store, whatever the classes, and true."""

from pipeline.records.card import read_card
from pipeline.records.run_description import (
    MAX_ROWS,
    SIGNATURE,
    StudyRun,
    describe_model,
    describe_sweep,
    is_ours,
)

MODELS = ["cnn", "vgg", "mobilenet", "student"]
MOST = 5000
"""Characters that MLflow's registry has room for."""


def test_a_model_is_described_by_its_card():
    card = read_card("vgg", MODELS, "accuracy")
    text = describe_model(card, "7")
    assert f"{card['figures']['test']['accuracy']:.1%} of 3,589 test faces" in text
    assert card["known_failures"][0] in text
    assert card["limits"]["use"] in text
    assert 'load_model("models:/fer/7")' in text
    assert "| actual" in text
    assert len(text) < MOST


def test_very_many_classes_with_long_names_still_fit():
    card = read_card("vgg", MODELS, "accuracy")
    names = [f"{'emotion' * 20}{number}" for number in range(50)]
    counts = [[1] * len(names) for _ in names]
    text = describe_model(card | {"classes": names, "test_confusion": counts}, "1")
    assert len(text) < MOST
    assert "| actual" not in text


def test_a_sweep_shows_what_differs_and_the_best_validated_first():
    runs = [
        StudyRun(f"run {rate}", {"seed": "1", "rate": str(rate)}, {"best/val/accuracy": accuracy})
        for rate, accuracy in ((1, 0.5), (2, 0.75), (3, 0.25))
    ]
    text = describe_sweep([*runs, StudyRun("a|b", {"rate": "4"}, {})])
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert [line.split("&emsp;")[0] for line in lines[2:]] == [
        "| run 2", "| run 1", "| run 3", r"| a\|b"
    ]  # fmt: skip
    assert "rate" in lines[0]
    assert "75.00%" in lines[2]
    assert len(describe_sweep(runs * 500).splitlines()) < MAX_ROWS + 10


def test_a_wide_sweep_still_fits_and_stays_ours():
    """MLflow cuts longer texts off at 8000 characters, which would take the signature away."""
    runs = [
        StudyRun(f"vgg {run}", {f"setting {at}": f"{run} of {at}" for at in range(14)}, {})
        for run in range(60)
    ]
    text = describe_sweep(runs)
    assert len(text) <= 8000
    assert is_ours(text)
    assert "more" in text


def test_what_a_person_wrote_is_not_ours():
    assert is_ours(None)
    assert is_ours(f"old\n\n{SIGNATURE}\n")
    assert not is_ours("our best run so far")
