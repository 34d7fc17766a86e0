import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fer_system import Classifier, ModelError
from fer_system.emotions import FER2013
from tests.model_files import METADATA, write_model

SCORES = json.loads(METADATA["test"])


@pytest.fixture(scope="module")
def classifier(model_path):
    return Classifier(model_path)


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(1).integers(256, size=(5, 48, 48), dtype=np.uint8)


def test_the_card_holds_what_the_file_says(classifier):
    card = classifier.card
    assert card.classes == classifier.classes == FER2013
    assert card.input_size == 48
    assert card.model == "toy"
    assert card.git_commit == METADATA["git_commit"]
    assert card.data_hash == METADATA["data_hash"]
    assert card.mlflow_run_id == ""
    assert (card.validation.accuracy, card.test.accuracy) == (0.25, 0.375)
    assert (card.validation.macro_f1, card.test.macro_f1) == (0.125, 0.25)
    assert (card.validation.loss, card.test.loss) == (1.5, 1.25)
    assert card.threshold == 0.125


def test_the_whole_card_is_read_where_the_file_holds_it(classifier, tmp_path):
    assert classifier.card.details == {}
    path = write_model(tmp_path / "told.onnx", card=json.dumps({"best_epoch": 69}))
    assert Classifier(path).card.details == {"best_epoch": 69}


def test_probabilities_have_a_row_for_each_face_and_sum_to_one(classifier, faces):
    probabilities = classifier(faces)
    assert probabilities.shape == (5, 7)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert len({tuple(row) for row in probabilities.tolist()}) == 5


def test_a_face_gets_the_same_answer_alone_and_among_others_as_uint8_and_as_float(
    classifier, faces
):
    together = classifier(faces)
    for face, row in zip(faces, together, strict=True):
        np.testing.assert_allclose(classifier(face[np.newaxis]), [row], atol=1e-6)
        np.testing.assert_allclose(classifier(face[np.newaxis] / 1.0), [row], atol=1e-6)


def test_no_faces_give_no_rows(classifier, faces):
    assert classifier(faces[:0]).shape == (0, 7)


def test_one_classifier_serves_many_threads(classifier, faces):
    expected = classifier(faces)
    with ThreadPoolExecutor(4) as pool:
        for probabilities in pool.map(classifier, [faces] * 20):
            np.testing.assert_allclose(probabilities, expected, atol=1e-6)


def test_classes_may_be_any_names_in_any_number(tmp_path):
    names = ["fröhlich", "怒り"]
    path = write_model(tmp_path / "two.onnx", outputs=2, classes=json.dumps(names))
    assert Classifier(path).classes == tuple(names)


def test_a_missing_file_is_an_error_in_one_sentence(tmp_path):
    with pytest.raises(ModelError, match=r"^There is no model file [^\n]+\.$"):
        Classifier(tmp_path / "missing.onnx")
    with pytest.raises(ModelError, match=r"^There is no model file"):
        Classifier(tmp_path)


def test_a_damaged_file_is_an_error_in_one_sentence(tmp_path, model_path):
    whole = model_path.read_bytes()
    path = tmp_path / "damaged.onnx"
    for content in (b"", b"no model", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(ModelError, match=r"^The model file [^\n]+\.$"):
            Classifier(path)


def test_a_model_off_the_contract_is_an_error_in_one_sentence(subtests, tmp_path):
    for difference in (
        {"classes": None},
        {"classes": "angry"},
        {"classes": "[]"},
        {"classes": '["a", "b"]'},
        {"classes": json.dumps(["twice"] * 7)},
        {"classes": json.dumps([1, 2, 3, 4, 5, 6, 7])},
        {"input_size": "64"},
        {"input_size": "large"},
        {"test": "{}"},
        {"validation": "0.5"},
        {"git_commit": None},
        {"threshold": "high"},
        *({"threshold": wrong} for wrong in ("nan", "inf", "5", "-1")),
        {"test": json.dumps(SCORES | {"accuracy": float("nan")})},
        {"test": json.dumps(SCORES | {"accuracy": 37.5})},
        {"validation": json.dumps(SCORES | {"macro_f1": -0.1})},
        {"validation": json.dumps(SCORES | {"loss": float("nan")})},
        {"weight": float("nan")},
        {"card": "{"},
        {"card": "69"},
        {"input_name": "images"},
        {"outputs": 6},
    ):
        with subtests.test(difference=difference):
            path = write_model(tmp_path / "foreign.onnx", **difference)
            with pytest.raises(
                ModelError, match=r"^The model file [^\n]+ was not made by this project's [^\n]+\.$"
            ):
                Classifier(path)
