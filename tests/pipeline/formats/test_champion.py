"""The champion is there, or a sentence says how to make it."""

import json

import pytest

from fer_system import Classifier
from pipeline.formats.champion import load_champion
from pipeline.foundation.params import REPOSITORY


def test_the_committed_champion_gives_a_probability_per_class():
    card = json.loads((REPOSITORY / "models" / "best.json").read_text(encoding="utf-8"))
    assert load_champion().output_shape == (None, len(card["classes"]))


def test_the_served_file_holds_the_card_that_lies_beside_it():
    card = json.loads((REPOSITORY / "models" / "best.json").read_text(encoding="utf-8"))
    known_later = {"onnx_differs_from_keras_by", "sha256"}
    held = Classifier(REPOSITORY / "models" / "best.onnx").card.details
    assert held == {name: told for name, told in card.items() if name not in known_later}


def test_a_missing_champion_is_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"best\.keras is missing; make it with `dvc repro"):
        load_champion(tmp_path / "best.keras")
