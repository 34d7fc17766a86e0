"""What is measured is an ONNX file that gives what Keras gives."""

import keras
import numpy as np
import pytest

from fer_system.emotions import FER2013
from pipeline import evaluate
from pipeline.data.dataset import Split
from pipeline.formats.onnx_file import load_onnx
from pipeline.foundation.params import load_params
from pipeline.learning import networks
from pipeline.measuring.predictions import predict
from pipeline.records.files import read_json
from pipeline.records.reports import METRICS, read_report
from tests.pipeline.learning.test_networks import TINY


@pytest.fixture(scope="module")
def faces():
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (30, 48, 48)).astype(np.uint8)
    return Split(images, random.integers(0, 7, 30).astype(np.uint8), FER2013)


@pytest.fixture
def trained(tmp_path):
    keras.utils.set_random_seed(2)
    networks.build(TINY["cnn"], (48, 48, 1), 7).save(tmp_path / "cnn.keras")
    return tmp_path / "cnn.keras"


def test_the_exported_file_is_the_network_and_is_left_alone_when_it_is_made_again(
    trained, faces, tmp_path
):
    path = tmp_path / "cnn.onnx"
    assert 0 <= evaluate.export_checked(trained, path, faces) <= 1e-4
    network = keras.models.load_model(trained)
    expected = predict(network.predict_on_batch, faces.images)
    np.testing.assert_allclose(predict(load_onnx(path), faces.images), expected, atol=1e-4)
    written = path.stat()
    evaluate.export_checked(trained, path, faces)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


def test_a_file_that_differs_from_keras_is_not_written(trained, faces, tmp_path, monkeypatch):
    path = tmp_path / "cnn.onnx"
    path.write_bytes(b"earlier")
    monkeypatch.setattr(evaluate, "TOLERANCE", -1.0)  # no network is exact enough for this
    with pytest.raises(evaluate.EvaluationError, match=r"differ by .*; cnn\.onnx is not written"):
        evaluate.export_checked(trained, path, faces)
    assert path.read_bytes() == b"earlier"
    assert {file.name for file in tmp_path.iterdir()} == {"cnn.keras", "cnn.onnx"}


def test_dvc_shows_of_each_model_what_its_report_says():
    for name in load_params().trained:
        shown = read_json(METRICS / f"{name}.json", "dvc repro")
        assert shown == evaluate.brief(read_report(name, "figures")), name
        assert shown["val/accuracy"] != shown["test/accuracy"]
