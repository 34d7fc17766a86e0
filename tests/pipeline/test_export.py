"""What is exported gives what Keras gives, by the format's own runtime, or is not kept."""

import json
from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from fer_system.detector import YUNET_FILE
from fer_system.emotions import FER2013
from pipeline import export
from pipeline.data.dataset import Split, as_input
from pipeline.learning import networks
from tests.pipeline.learning.test_networks import TINY

pytestmark = pytest.mark.slow
CARD = {
    "classes": list(FER2013),
    "model": "tiny",
    "git_commit": "0" * 40,
    "data_hash": "1" * 64,
    "mlflow_run_id": "",
    "threshold": 0.4,
    "figures": {"validation": {"accuracy": 0.5}, "test": {"accuracy": 0.5}},
}
EXACT = [
    ("cnn", kind)
    for kind, form in export.FORMATS.items()
    if form.exact and (kind != "recognizer-onnx" or YUNET_FILE.is_file())
]


@pytest.fixture(scope="module")
def faces():
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (70, 48, 48)).astype(np.uint8)
    return Split(images, np.tile(np.arange(7, dtype=np.uint8), 10), FER2013)


@pytest.fixture(scope="module")
def models(faces):
    """A model of each architecture whose batch norm knows the faces, so that answers differ."""

    def made(name):
        keras.utils.set_random_seed(3)
        network = networks.build(TINY[name], (48, 48, 1), 7)
        inputs = as_input(faces.images)
        for layer in network._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = 0.0
        network(inputs, training=True)
        return export.Model(network, CARD, inputs)

    return {name: made(name) for name in TINY}


@pytest.fixture(scope="module")
def expected(models, faces):
    inputs = as_input(faces.images)
    return {name: model.network.predict(inputs, verbose=0) for name, model in models.items()}


def test_an_export_gives_what_keras_gives(subtests, models, faces, expected, tmp_path):
    for name, kind in [*EXACT, ("mobilenet", "onnx")]:
        with subtests.test(name=name, kind=kind):
            path = tmp_path / f"{name} {kind}" / f"tiny{export.FORMATS[kind].ending}"
            measured = export.export(models[name], kind, path, faces, expected[name])
            assert measured.difference <= 1e-4 < np.ptp(expected[name], axis=0).max()
            predict = export.FORMATS[kind].load(path)
            for count in (1, 7):
                given = predict(as_input(faces.images[:count]))
                np.testing.assert_allclose(given, expected[name][:count], atol=1e-4)
            assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_int8_gives_about_what_keras_gives_from_float_to_float(subtests, models, faces, tmp_path):
    for name in TINY:
        with subtests.test(name=name):
            path = tmp_path / "tiny.tflite"
            export.FORMATS["tflite-int8"].write(models[name], path)
            inputs = as_input(faces.images)
            given = export.FORMATS["tflite-int8"].load(path)(inputs)
            expected = models[name].network.predict(inputs, verbose=0)
            assert np.corrcoef(given.ravel(), expected.ravel())[0, 1] > 0.8
            interpreter = Interpreter(str(path))
            ends = interpreter.get_input_details() + interpreter.get_output_details()
            assert [(end["dtype"], end["shape_signature"].tolist()) for end in ends] == [
                (np.float32, [-1, 48, 48, 1]),
                (np.float32, [-1, 7]),
            ]
            maps = [
                each["dtype"]
                for each in interpreter.get_tensor_details()
                if max(each["shape"], default=0) > 1
            ]
            assert maps.count(np.float32) == 2  # those two ends


def test_an_exported_onnx_file_holds_the_card(models, faces, expected, tmp_path):
    path = tmp_path / "tiny.onnx"
    export.export(models["cnn"], "onnx", path, faces, expected["cnn"])
    held = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert json.loads(held["card"]) == CARD


def test_int8_is_calibrated_on_the_same_faces_of_every_class_each_time():
    labels = np.repeat(np.arange(3, dtype=np.uint8), (40, 2, 30))
    images = np.arange(72, dtype=np.uint8)[:, np.newaxis, np.newaxis] * np.ones((1, 48, 48), "u1")
    chosen = export.calibration_faces(Split(images, labels, ("a", "b", "c")), each=9)
    assert (chosen.shape, chosen.dtype) == ((20, 48, 48, 1), np.float32)
    which = chosen[:, 0, 0, 0].astype(int)
    assert np.bincount(labels[which]).tolist() == [9, 2, 9]
    assert len(set(which)) == 20
    again = export.calibration_faces(Split(images, labels, ("a", "b", "c")), each=9)
    np.testing.assert_array_equal(again, chosen)


def contents(folder):
    """Every file's bytes, at whatever depth."""
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_what_differs_from_keras_is_not_kept_and_the_earlier_export_stays(
    subtests, models, faces, expected, tmp_path
):
    for kind, name in [("keras", "tiny.keras"), ("json+weights", "tiny")]:
        with subtests.test(kind=kind, name=name):
            folder = tmp_path / kind
            path = folder / name
            export.export(models["cnn"], kind, path, faces, expected["cnn"])
            before = contents(folder)
            with pytest.raises(
                export.ExportError, match=r"differs from Keras' by .*nothing is written"
            ):
                export.export(models["cnn"], kind, path, faces, expected["vgg"])
            assert contents(folder) == before
            other = export.Model(models["vgg"].network, CARD, models["vgg"].calibration)
            export.export(other, kind, path, faces, expected["vgg"])
            assert contents(folder) != before
            assert [file.name for file in folder.iterdir()] == [name]


def test_int8_may_cost_little_accuracy_alone():
    int8 = export.FORMATS["tflite-int8"]
    measured = export.Measured("onnx", "tiny.onnx", 1.0, 1.0, difference=0.4, accuracy=0.69)
    assert export.fault_of(measured, int8, accuracy=0.70) == ""
    assert "69.00% of the faces are right" in export.fault_of(measured, int8, accuracy=0.75)


def test_a_place_that_is_something_else_is_one_sentence(subtests, tmp_path):
    (tmp_path / "folder.onnx").mkdir()
    (tmp_path / "file.txt").write_text("mine")
    for kind, place, sentence in [
        ("onnx", "folder.onnx", "is there and is no earlier export to onnx; remove it"),
        ("savedmodel", "folder.onnx", "is there and is no earlier export to savedmodel"),
        ("json+weights", "file.txt", "is there and is no earlier export"),
        ("tflite", "model.keras", r"must end in \.tflite"),
        ("onnx", "file.txt/model.onnx", "is no folder; name another place"),
    ]:
        with (
            subtests.test(kind=kind, place=place, sentence=sentence),
            pytest.raises(export.ExportError, match=sentence),
        ):
            export.refuse_other(tmp_path / place, kind)


def test_a_place_that_cannot_be_written_is_one_sentence(models, faces, expected, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(export.ExportError, match=r"x\.keras cannot be written: .*; mend that"):
        export.export(models["cnn"], "keras", tmp_path / "file" / "x.keras", faces, expected["cnn"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_named(subtests):
    for write in (
        lambda path: Path(path).write_text("x"),
        lambda path: tf.io.write_file(path, "x"),
    ):
        with subtests.test(write=write):
            with pytest.raises((OSError, tf.errors.OpError), match="No space left") as error:
                write("/dev/full")
            assert export.reason_of(error.value) == "No space left on device"


def test_a_model_that_params_do_not_list_is_one_sentence():
    with pytest.raises(export.ExportError, match=r"no model 'nobody'; params\.yaml lists cnn, vgg"):
        export.read_model("nobody")
