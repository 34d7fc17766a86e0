"""Training keeps the best epoch by validation, and survives being cut off."""

import csv
import json
import signal

import keras
import numpy as np
import pytest

from pipeline.data.dataset import load_split
from pipeline.train import Checkpoint, State, TrainingError
from tests.workspace import Workspace

EPOCHS = 5


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace with arrays, and MLflow pointed at a server that is not there."""
    workspace = Workspace(tmp_path_factory.mktemp("train") / "clone", rows=210)
    workspace.stage("convert")
    return workspace


@pytest.fixture(scope="module")
def output(workspace):
    """What a training prints that is killed after its second epoch and begun again."""
    process = workspace.start(
        "python", "-m", "pipeline.train", "cnn", MLFLOW_TRACKING_URI="http://127.0.0.1:9"
    )
    for line in process.stdout:
        if "Epoch 3/" in line:
            process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (workspace.root / "models" / "cnn.keras").exists()
    return workspace.stage("train", "cnn", MLFLOW_TRACKING_URI="http://127.0.0.1:9")


@pytest.fixture(scope="module")
def history(workspace, output):
    with (workspace.root / "reports" / "models" / "cnn" / "history.csv").open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def record(workspace, output):
    return json.loads((workspace.root / "reports" / "models" / "cnn" / "training.json").read_text())


def test_a_killed_training_goes_on_after_its_last_finished_epoch(output, history):
    assert "cnn: going on after epoch 2" in output
    assert "Epoch 1/" not in output
    assert "Epoch 2/" not in output
    assert [row["epoch"] for row in history] == list(range(1, EPOCHS + 1))


def test_a_training_that_is_killed_while_it_fine_tunes_goes_on_there(workspace):
    workspace.replace("params.yaml", "epochs: 1\n    patience: 3", "epochs: 3\n    patience: 3")
    process = workspace.start("python", "-m", "pipeline.train", "mobilenet")
    for line in process.stdout:
        if "Epoch 3/" in line:  # the first epoch was the head's, the second fine-tuned all
            process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    output = workspace.stage("train", "mobilenet")
    workspace.replace("params.yaml", "epochs: 3\n    patience: 3", "epochs: 1\n    patience: 3")
    assert "mobilenet: going on after epoch 2" in output
    assert "Epoch 2/" not in output
    assert "Epoch 4/4" in output


def test_the_epoch_that_validates_best_is_kept(workspace, history, record):
    best = max(history, key=lambda row: row["val_accuracy"])
    assert record["best_epoch"] == best["epoch"]
    network = keras.models.load_model(workspace.root / "models" / "cnn.keras", compile=False)
    validation = load_split("val", workspace.root / "data" / "arrays")
    predicted = network.predict(validation.images[..., np.newaxis], verbose=0).argmax(axis=1)
    assert (predicted == validation.labels).mean() == pytest.approx(best["val_accuracy"])


def test_a_finished_training_leaves_no_checkpoint(workspace, output):
    assert list((workspace.root / "checkpoints").rglob("*.h5")) == []


def test_a_store_that_does_not_answer_costs_a_warning_only(output, record):
    assert "MLflow does not answer, going on without it" in output
    assert record["mlflow_run_id"] == ""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("batch_size: 32", "batch_size: none", "train.cnn.batch_size"),
        ("filters: [16, 32]", "filters: [0]", "filters.0"),
        ("name: cnn,", "name: cmm,", "network.name is 'cmm'"),
    ],
)
def test_wrong_params_end_with_one_sentence_and_no_traceback(workspace, old, new, sentence):
    workspace.replace("params.yaml", old, new)
    process = workspace.start("python", "-m", "pipeline.train", "cnn")
    output, _ = process.communicate()
    workspace.replace("params.yaml", new, old)
    assert process.returncode == 1
    assert sentence in output.splitlines()[-1]
    assert "Traceback" not in output


def test_an_unknown_model_is_named_with_the_known_ones(workspace):
    output, _ = workspace.start("python", "-m", "pipeline.train", "resnet").communicate()
    assert output.splitlines()[-1] == (
        "train: params.yaml has no section train.resnet; it has cnn, vgg, mobilenet"
    )


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_keras_backend_trains_a_model_that_tensorflow_loads(workspace, backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    workspace.stage("train", "mobilenet", KERAS_BACKEND=backend)
    record = json.loads(
        (workspace.root / "reports" / "models" / "mobilenet" / "training.json").read_text()
    )
    assert record["keras"].endswith(f" on {backend}")
    network = keras.models.load_model(workspace.root / "models" / "mobilenet.keras", compile=False)
    validation = load_split("val", workspace.root / "data" / "arrays")
    assert network.predict(validation.images[..., np.newaxis], verbose=0).shape[1] == 7


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    def network(width):
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(width)])

    checkpoint = Checkpoint(tmp_path / "kept")
    checkpoint.save(State([{"epoch": 1}], 1, 0.5), network(2))
    before = checkpoint.weights(1).read_bytes()
    with pytest.raises(TrainingError, match=r"does not fit the network .*delete"):
        checkpoint.fill(network(3), 1)
    assert checkpoint.weights(1).read_bytes() == before
