"""The champion is chosen by validation, and replaced whole or not at all."""

import json

import numpy as np
import onnx
import pytest

from fer_system.classifier import Classifier
from fer_system.emotions import FER2013
from pipeline import promote
from pipeline.foundation.errors import PipelineError
from pipeline.records.card import limits_of, model_card
from tests.model_files import write_model

RATES = {name: {"precision": 1.0, "recall": 1.0, "f1": 1.0, "faces": 1} for name in FER2013}
DETAILS = {
    "data_hash": "1" * 64,
    "averaging": "none",
    "train": {"per_class": RATES},
    "validation": {"per_class": RATES, "threshold": 0.4},
    "test": {
        "per_class": RATES,
        "confusion": np.eye(7, dtype=int).tolist(),
        "calibration": {"faces": [7], "confidence": [0.9], "accuracy": [1.0]},
        "averaged": {},
        "intervals_95": {},
    },
}
HISTORY = [{"epoch": 1.0, "val_accuracy": 0.3}, {"epoch": 2.0, "val_accuracy": 0.50004}]


@pytest.fixture
def models(tmp_path):
    """The folder of the models, one of which was trained and exported."""
    (tmp_path / "cnn.keras").write_bytes(b"a trained network")
    write_model(tmp_path / "cnn.onnx", model="an earlier one")
    return tmp_path


@pytest.fixture
def card():
    record = {"model": "cnn", "git_commit": "0" * 40, "mlflow_run_id": ""}
    scores = {"accuracy": 0.5, "macro_f1": 0.4, "loss": 1.5}
    measured = {"cnn": dict.fromkeys(("train", "validation", "test"), scores)}
    return model_card(record, measured, DETAILS, HISTORY, "accuracy")


def champion(models):
    return {part: models / f"best.{part}" for part in ("onnx", "keras", "json")}


def candidates(**validation):
    return {
        name: {"validation": {"accuracy": value, "loss": 1 - value}, "test": {"accuracy": test}}
        for name, (value, test) in validation.items()
    }


def test_the_best_by_validation_is_chosen_whatever_the_test_says():
    measured = candidates(a=(0.6, 0.9), b=(0.7, 0.1), c=(0.65, 0.8))
    assert promote.choose(measured, "accuracy") == "b"
    assert promote.choose(measured, "loss") == "b"
    for figures_of_one in measured.values():
        del figures_of_one["test"]
    assert promote.choose(measured, "accuracy") == "b"


def test_the_files_that_were_measured_become_the_champion(models, card):
    promote.promote("cnn", card, 1e-6, models)
    files = champion(models)
    assert files["keras"].read_bytes() == (models / "cnn.keras").read_bytes()
    assert onnx.load(files["onnx"]).graph == onnx.load(models / "cnn.onnx").graph
    served = Classifier(files["onnx"]).card
    assert served.classes == FER2013
    assert served.git_commit == card["git_commit"]
    assert served.threshold == 0.4
    assert served.test.accuracy == card["figures"]["test"]["accuracy"]
    assert not list(models.glob("partial-*"))


def test_a_turned_face_needs_the_highest_threshold_of_all_ways_of_turning(card, monkeypatch):
    monkeypatch.setattr(promote, "load_split", str)
    for highest, threshold in ((0.7, 0.7), (0.35, card["threshold"])):
        worth = {"val": {"aside": {"threshold": 0.3}, "raised": {"threshold": highest}}}
        monkeypatch.setattr(promote, "label_worth", lambda _, faces, worth=worth: worth[faces])
        assert promote.turned_faces(None, card)["turned_threshold"] == threshold


def test_the_file_tells_the_threshold_of_turned_faces_where_it_was_measured(models, card):
    for more, expected in (({}, card["threshold"]), ({"turned_threshold": 0.6}, 0.6)):
        promote.promote("cnn", card | more, 1e-6, models)
        assert Classifier(models / "best.onnx").card.turned_threshold == expected


def test_promoting_the_same_model_again_touches_no_file(models, card):
    promote.promote("cnn", card, 1e-6, models)
    before = {path: path.stat() for path in champion(models).values()}
    promote.promote("cnn", card, 1e-6, models)
    for path, earlier in before.items():
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (
            earlier.st_ino,
            earlier.st_mtime_ns,
        )


def test_a_promotion_that_fails_leaves_the_old_champion_whole(models, card):
    promote.promote("cnn", card, 1e-6, models)
    before = {path: path.read_bytes() for path in champion(models).values()}
    for damage in (
        lambda: (models / "cnn.onnx").write_bytes(b"cut off"),
        lambda: (models / "cnn.onnx").unlink(),
        lambda: (models / "cnn.keras").unlink(),
    ):
        damage()
        with pytest.raises(PipelineError, match=r"cnn\.(onnx|keras) is .*with `dvc repro"):
            promote.promote("cnn", {**card, "model": "other"}, 1e-6, models)
        assert {path: path.read_bytes() for path in champion(models).values()} == before


def test_best_json_holds_the_card_of_the_onnx_file_and_what_is_known_later(models, card):
    promote.promote("cnn", card, 1e-6, models)
    held = Classifier(models / "best.onnx").card.details
    assert held == card
    written = json.loads((models / "best.json").read_text(encoding="utf-8"))
    assert set(written.pop("sha256")) == {"best.onnx", "best.keras"}
    assert written.pop("onnx_differs_from_keras_by") == 1e-6
    assert written == card
    assert written["candidates"] == {"cnn": 0.5}
    assert written["chosen_by"] == "validation accuracy"
    assert held["history"] == {"epoch": [1.0, 2.0], "val_accuracy": [0.3, 0.5]}
    assert held["test_calibration"] == DETAILS["test"]["calibration"]
    assert held["test_confusion"] == DETAILS["test"]["confusion"]
    assert held["faces"]["train"] == dict.fromkeys(FER2013, 1)
    assert held["limits"] == limits_of(card["data_hash"], 7)
