"""What is exported gives what Keras gives, in one form whatever a process did before."""

import hashlib
import os
import subprocess
import sys

import keras
import numpy as np
import onnxruntime
import pytest

from pipeline.data.dataset import as_input
from pipeline.formats.onnx_export import TOLERANCE, activation_maps, export_onnx, largest_difference
from pipeline.foundation.params import REPOSITORY
from pipeline.learning import networks
from tests.pipeline.learning.test_networks import TINY

DIGESTS = """
import hashlib, keras, pathlib, sys
from pipeline.formats.onnx_export import export_onnx
folder = pathlib.Path(sys.argv[1])
for path in sorted(folder.glob("*.keras"), reverse=True):
    export_onnx(keras.models.load_model(path, compile=False), folder / "again.onnx")
    print(path.stem, hashlib.sha256((folder / "again.onnx").read_bytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def built():
    """A network of each architecture."""
    keras.utils.set_random_seed(3)
    return {name: networks.build(options, (48, 48, 1), 7) for name, options in TINY.items()}


@pytest.fixture(scope="module")
def faces():
    images = np.random.default_rng(1).integers(0, 256, (40, 48, 48)).astype(np.uint8)
    return as_input(images)


@pytest.mark.slow
def test_every_architecture_gives_what_keras_gives_under_the_names_of_the_contract(
    built, faces, tmp_path
):
    for name, network in built.items():
        path = tmp_path / f"{name}.onnx"
        export_onnx(network, path)
        assert largest_difference(path, network, faces) <= TOLERANCE
        session = onnxruntime.InferenceSession(path)
        (given,), (probabilities, *maps) = session.get_inputs(), session.get_outputs()
        assert (given.name, given.type, given.shape) == ("faces", "tensor(float)", ["N", 48, 48, 1])
        assert (probabilities.name, probabilities.shape) == ("probabilities", ["N", 7])
        assert [each.name for each in maps] == ([] if name == "cnn" else ["activation_maps"])


@pytest.mark.slow
def test_the_same_weights_give_the_same_bytes_whatever_was_made_before(built, tmp_path):
    first = {}
    for name, network in built.items():
        network.save(tmp_path / f"{name}.keras")
        export_onnx(network, tmp_path / f"{name}.onnx")
        first[name] = hashlib.sha256((tmp_path / f"{name}.onnx").read_bytes()).hexdigest()
    # In another process, in the other order, where Python's sets and hashes differ too.
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS, tmp_path],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert dict(line.split() for line in done.stdout.splitlines()) == first


def test_activation_maps_average_to_the_logits(built, faces, tmp_path):
    export_onnx(built["vgg"], tmp_path / "vgg.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "vgg.onnx")
    (maps,) = session.run(["activation_maps"], {"faces": faces})
    assert maps.shape == (40, 24, 24, 7)
    logits = networks.logits_of(built["vgg"]).predict(faces, verbose=0)
    np.testing.assert_allclose(maps.mean(axis=(1, 2)), logits, atol=1e-4)


def test_a_network_with_a_dense_layer_has_no_activation_maps(built):
    assert activation_maps(built["cnn"]) is None
