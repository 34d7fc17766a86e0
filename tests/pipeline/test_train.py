"""Training keeps the best epoch by validation, and survives being cut off."""

import csv
import json
import signal

import keras
import numpy as np
import pytest

from pipeline.data.dataset import load_split
from tests.workspace import Workspace

EPOCHS = 5


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace with the arrays that a training may see: without those of test."""
    workspace = Workspace(tmp_path_factory.mktemp("train") / "clone", rows=210)
    workspace.stage("convert")
    (workspace.root / "data" / "arrays" / "test.npz").unlink()
    return workspace


def cut_off(workspace, model, *epochs):
    """Train `model`, killed in each of `epochs`; what is printed in the end."""
    for epoch in epochs:
        process = workspace.start(
            "python", "-m", "pipeline.train", model, MLFLOW_TRACKING_URI="http://127.0.0.1:9"
        )
        for line in process.stdout:
            if f"Epoch {epoch}/" in line:
                process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not (workspace.root / "models" / f"{model}.keras").exists()
    return workspace.stage("train", model, MLFLOW_TRACKING_URI="http://127.0.0.1:9")


@pytest.fixture(scope="module")
def output(workspace):
    """What a training prints that was killed in its third epoch, and again in its fourth."""
    return cut_off(workspace, "cnn", 3, 4)


def history_of(workspace, model):
    path = workspace.root / "reports" / "models" / model / "history.csv"
    with path.open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def without_times(history):
    return [{name: row[name] for name in row if name != "seconds"} for row in history]


def figures_of(workspace, model):
    """The figures of every epoch, without the seconds that it took."""
    return without_times(history_of(workspace, model))


def record_of(workspace, model):
    path = workspace.root / "reports" / "models" / model / "training.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def history(workspace, output):
    return history_of(workspace, "cnn")


@pytest.fixture(scope="module")
def record(workspace, output):
    return record_of(workspace, "cnn")


def test_a_killed_training_goes_on_after_its_last_finished_epoch(output, history):
    assert "cnn: going on after epoch 3" in output
    assert "Epoch 3/" not in output
    assert [row["epoch"] for row in history] == list(range(1, EPOCHS + 1))


def test_a_training_that_was_cut_off_gives_the_figures_of_one_that_was_not(
    workspace, history, record
):
    assert record["resumed_after_epochs"] == [2, 3]
    (workspace.root / "models" / "cnn.keras").unlink()
    workspace.stage("train", "cnn")
    assert figures_of(workspace, "cnn") == without_times(history)
    assert record_of(workspace, "cnn")["resumed_after_epochs"] == []
    assert record_of(workspace, "cnn")["temperature"] == record["temperature"]


def test_a_training_that_is_killed_while_it_fine_tunes_goes_on_there(workspace):
    longer = ("epochs: 1\n    patience: 3", "epochs: 3\n    patience: 3")
    workspace.replace("params.yaml", *longer)
    workspace.stage("train", "mobilenet")
    whole = figures_of(workspace, "mobilenet")
    (workspace.root / "models" / "mobilenet.keras").unlink()
    # The first epoch is the head's, the second fine-tunes all.
    output = cut_off(workspace, "mobilenet", 2, 3)
    workspace.replace("params.yaml", *reversed(longer))
    assert "mobilenet: going on after epoch 2" in output
    assert "Epoch 2/" not in output
    assert "Epoch 4/4" in output
    assert figures_of(workspace, "mobilenet") == whole


def test_the_epoch_that_validates_best_is_kept(workspace, history, record):
    best = max(history, key=lambda row: row["val_accuracy"])
    assert record["best_epoch"] == best["epoch"]
    network = keras.models.load_model(workspace.root / "models" / "cnn.keras", compile=False)
    validation = load_split("val", workspace.root / "data" / "arrays")
    predicted = network.predict(validation.images[..., np.newaxis], verbose=0).argmax(axis=1)
    assert (predicted == validation.labels).mean() == pytest.approx(best["val_accuracy"])


def test_a_finished_training_leaves_no_checkpoint(workspace, output):
    assert [path for path in (workspace.root / "checkpoints").rglob("*") if path.is_file()] == []


def test_a_store_that_does_not_answer_costs_a_warning_only(output, record):
    assert "MLflow does not answer, going on without it" in output
    assert record["mlflow_run_id"] == ""


def test_wrong_params_end_with_one_sentence_and_no_traceback(subtests, workspace):
    for old, new, sentence in [
        ("batch_size: 32", "batch_size: none", "train.cnn.batch_size"),
        ("stage_dropout: 0.0", "stage_dropuot: 0.0", "train.vgg.network.stage_dropuot"),
    ]:
        with subtests.test(old=old, new=new, sentence=sentence):
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
    assert record_of(workspace, "mobilenet")["keras"].endswith(f" on {backend}")
    network = keras.models.load_model(workspace.root / "models" / "mobilenet.keras", compile=False)
    validation = load_split("val", workspace.root / "data" / "arrays")
    assert network.predict(validation.images[..., np.newaxis], verbose=0).shape[1] == 7
