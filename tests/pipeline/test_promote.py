"""The champion is chosen by validation, and replaced whole or not at all."""

import json

import keras
import numpy as np
import onnxruntime
import pytest

from fer_system.classifier import Classifier
from fer_system.emotions import FER2013
from pipeline import promote
from pipeline.data.dataset import FER2013_HASH, Split
from pipeline.evaluate import figures
from pipeline.formats.onnx_export import activation_maps
from pipeline.learning import networks
from pipeline.records.card import LIMITS, known_failures, limits_of, model_card

CNN = {"name": "cnn", "filters": [4, 8], "dense": 8, "block_dropout": 0.0, "dropout": 0.0}


VGG = {"name": "vgg", "stages": [[4, 4], [8]], "stage_dropout": 0.1, "dropout": 0.2}
RATES = {name: {"precision": 1.0, "recall": 1.0, "f1": 1.0, "faces": 1} for name in FER2013}
DETAILS = {
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


@pytest.fixture(scope="module")
def validation():
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (40, 48, 48)).astype(np.uint8)
    return Split(images, rng.integers(0, 7, 40).astype(np.uint8), FER2013)


@pytest.fixture(scope="module")
def keras_file(tmp_path_factory):
    keras.utils.set_random_seed(2)
    path = tmp_path_factory.mktemp("models") / "cnn.keras"
    networks.build(CNN, (48, 48, 1), 7).save(path)
    return path


@pytest.fixture
def card():
    record = {"model": "cnn", "git_commit": "0" * 40, "data_hash": "1" * 64, "mlflow_run_id": ""}
    scores = {"accuracy": 0.5, "macro_f1": 0.4, "loss": 1.5}
    measured = {"cnn": dict.fromkeys(("train", "validation", "test"), scores)}
    return model_card(record, measured, DETAILS, HISTORY, "accuracy")


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


def test_the_promoted_onnx_gives_what_keras_gives(keras_file, card, validation, tmp_path):
    promote.promote(keras_file, card, validation, tmp_path)
    network = keras.models.load_model(tmp_path / "best.keras")
    faces = validation.images[..., np.newaxis].astype(np.float32)
    for count in (1, 7, 40):
        served = Classifier(tmp_path / "best.onnx")(validation.images[:count])
        np.testing.assert_allclose(served, network.predict(faces[:count], verbose=0), atol=1e-4)


def test_the_onnx_file_keeps_the_contract_with_recognition(keras_file, card, validation, tmp_path):
    promote.promote(keras_file, card, validation, tmp_path)
    session = onnxruntime.InferenceSession(tmp_path / "best.onnx")
    (faces,), (probabilities,) = session.get_inputs(), session.get_outputs()
    assert (faces.name, faces.type, faces.shape) == ("faces", "tensor(float)", ["N", 48, 48, 1])
    assert (probabilities.name, probabilities.shape) == ("probabilities", ["N", 7])
    served = Classifier(tmp_path / "best.onnx").card
    assert served.classes == FER2013
    assert served.git_commit == card["git_commit"]
    assert served.threshold == 0.4
    assert served.test.accuracy == card["figures"]["test"]["accuracy"]


def test_a_promotion_that_fails_leaves_the_old_champion_whole(
    keras_file, card, validation, tmp_path, monkeypatch
):
    promote.promote(keras_file, card, validation, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(promote, "TOLERANCE", -1.0)  # no network is exact enough for this
    with pytest.raises(promote.PromotionError, match="the old champion stays"):
        promote.promote(keras_file, {**card, "model": "other"}, validation, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_card_names_every_candidate_and_its_files_hashes(
    keras_file, card, validation, tmp_path
):
    promote.promote(keras_file, card, validation, tmp_path)
    written = json.loads((tmp_path / "best.json").read_text(encoding="utf-8"))
    assert written["candidates"] == {"cnn": 0.5}
    assert written["chosen_by"] == "validation accuracy"
    assert set(written["sha256"]) == {"best.onnx", "best.keras"}


def test_the_onnx_file_holds_the_whole_card(keras_file, card, validation, tmp_path):
    promote.promote(keras_file, card, validation, tmp_path)
    held = Classifier(tmp_path / "best.onnx").card.details
    assert held == card
    written = json.loads((tmp_path / "best.json").read_text(encoding="utf-8"))
    assert {name: written[name] for name in held} == held
    assert held["history"] == {"epoch": [1.0, 2.0], "val_accuracy": [0.3, 0.5]}
    assert held["test_calibration"] == DETAILS["test"]["calibration"]
    assert held["test_confusion"] == DETAILS["test"]["confusion"]
    assert held["faces"]["train"] == dict.fromkeys(FER2013, 1)
    assert held["limits"] == limits_of(card["data_hash"])


def test_the_figures_of_a_split_are_those_of_its_predictions():
    labels = np.array([0, 1, 1, 2], np.uint8)
    probabilities = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.6, 0.2, 0.2], [0.1, 0.1, 0.8]])
    measured = figures(labels, probabilities)
    assert measured["accuracy"] == 0.75
    assert measured["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert measured["loss"] == pytest.approx(-np.log([0.8, 0.7, 0.2, 0.8]).mean())


def test_activation_maps_average_to_the_logits(validation, card, tmp_path):
    keras.utils.set_random_seed(3)
    network = networks.build(VGG, (48, 48, 1), 7)
    network.save(tmp_path / "vgg.keras")
    promote.promote(tmp_path / "vgg.keras", card, validation, tmp_path)
    faces = validation.images[..., np.newaxis].astype(np.float32)
    session = onnxruntime.InferenceSession(tmp_path / "best.onnx")
    assert [output.name for output in session.get_outputs()] == ["probabilities", "activation_maps"]
    (maps,) = session.run(["activation_maps"], {"faces": faces})
    assert maps.shape == (40, 24, 24, 7)
    logits = networks.logits_of(network).predict(faces, verbose=0)
    np.testing.assert_allclose(maps.mean(axis=(1, 2)), logits, atol=1e-4)


def test_a_network_with_a_dense_layer_has_no_activation_maps(keras_file):
    assert activation_maps(keras.models.load_model(keras_file)) is None


def test_known_failures_name_the_worst_classes_and_what_they_are_taken_for():
    confusion = [[6, 4, 0], [0, 10, 0], [0, 0, 0]]
    assert known_failures(confusion, ("angry", "happy", "sad")) == [
        "angry: recall 60%; 40% are taken for happy",
        "happy: recall 100%; 0% are taken for sad",
    ]


def test_what_is_known_of_fer2013_alone_is_not_said_of_other_faces():
    assert limits_of(FER2013_HASH) == LIMITS
    assert set(LIMITS) - set(limits_of("0" * 64)) == {"labels", "copies"}
