"""Training keeps the best epoch by validation, and survives being cut off."""

import csv
import json
import re
import shutil
import signal
from dataclasses import replace

import keras
import numpy as np
import pytest

from pipeline.data.dataset import load_split, save_splits
from pipeline.learning.batches import one_hot
from tests.workspace import Workspace

EPOCHS = 5


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace with the arrays that a training may see: without those of test."""
    workspace = Workspace(tmp_path_factory.mktemp("train") / "clone", rows=210)
    workspace.stage("convert")
    (workspace.root / "data" / "arrays" / "test.npz").unlink()
    return workspace


AT_ONCE = ("--save-every", "0")


def cut_off(workspace, model, *epochs):
    """Train `model`, killed in each of `epochs`; what is printed in the end."""
    for epoch in epochs:
        command = ("python", "-m", "pipeline.train", model, *AT_ONCE)
        process = workspace.start(*command, MLFLOW_TRACKING_URI="http://127.0.0.1:9")
        for line in process.stdout:
            if f"Epoch {epoch}/" in line:
                process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not (workspace.root / "models" / f"{model}.keras").exists()
    return workspace.stage("train", model, *AT_ONCE, MLFLOW_TRACKING_URI="http://127.0.0.1:9")


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


@pytest.fixture(scope="module")
def again(workspace, history, record):
    """What the same training prints where nobody ends it, after the one that was cut off."""
    (workspace.root / "models" / "cnn.keras").unlink()
    return workspace.stage("train", "cnn")


def test_a_killed_training_goes_on_after_its_last_finished_epoch(output, history):
    assert "cnn: going on after epoch 3" in output
    assert "Epoch 3/" not in output
    assert [row["epoch"] for row in history] == list(range(1, EPOCHS + 1))


def test_a_training_that_was_cut_off_gives_the_figures_of_one_that_was_not(
    workspace, history, record, again
):
    assert record["resumed_after_epochs"] == [2, 3]
    assert figures_of(workspace, "cnn") == without_times(history)
    assert record_of(workspace, "cnn")["resumed_after_epochs"] == []
    assert record_of(workspace, "cnn")["temperature"] == record["temperature"]


def test_how_long_it_takes_is_said_before_it_begins_and_after_its_first_epoch(
    output, record, again
):
    assert "cnn: 5 epochs; how long they take is told after the first\n" in output
    assert re.search(r"^cnn: about \d+ s to go, by what this epoch took$", output, re.M)
    lines = again.splitlines()
    [said] = [line for line in lines if "the last training took" in line]
    assert re.fullmatch(r"cnn: 5 epochs; .* \d+ s for 5, on " + re.escape(record["machine"]), said)
    assert lines.index(said) < lines.index("Epoch 1/5")


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


def complaint(workspace, *models):
    """The last line of a training that is refused, before a single epoch."""
    process = workspace.start("python", "-m", "pipeline.train", *models)
    output, _ = process.communicate()
    assert process.returncode == 1
    assert "Traceback" not in output
    assert "Epoch" not in output
    return output.splitlines()[-1]


def test_an_unknown_model_is_named_with_the_known_ones_before_any_is_trained(workspace):
    assert complaint(workspace, "cnn", "resnet") == (
        "train: params.yaml has no section train.resnet; it has cnn, vgg, mobilenet, student"
    )


def test_a_student_learns_from_a_teacher_that_the_same_command_trained(workspace):
    (workspace.root / "models" / "vgg.keras").unlink(missing_ok=True)
    assert "student learns from vgg, but" in complaint(workspace, "student")
    assert "student learns from vgg, but" in complaint(workspace, "student", "vgg")
    output = workspace.stage("train", "vgg", "student")
    assert output.index("vgg: kept epoch") < output.index("student: kept epoch")
    assert "student: data/arrays holds no votes, so only the labels are learned" in output
    record = record_of(workspace, "student")
    assert record["recipe"]["distil"]["teachers"] == ["vgg"]
    assert record["votes"] == 0
    assert 0 <= record["prior_power"] <= 0.5


def test_a_teacher_of_other_classes_or_other_faces_is_refused(subtests, workspace):
    workspace.stage("train", "vgg")
    path = workspace.root / "reports" / "models" / "vgg" / "training.json"
    for key, value, sentence in (
        ("classes", ["happy", "sad"], "but its teacher vgg names happy, sad; train vgg again"),
        ("learned_from", "0" * 64, "vgg, the teacher of student, learned from other faces than"),
    ):
        with subtests.test(key=key):
            before = path.read_text(encoding="utf-8")
            path.write_text(json.dumps(json.loads(before) | {key: value}), encoding="utf-8")
            assert sentence in complaint(workspace, "student")
            path.write_text(before, encoding="utf-8")


def test_votes_on_the_training_faces_are_learned_and_the_record_says_so(workspace):
    path = workspace.root / "data" / "arrays" / "train.npz"
    before = path.read_bytes()
    train = load_split("train", path.parent)
    save_splits({"train": replace(train, votes=one_hot(train)[:, ::-1])}, path.parent)
    workspace.stage("train", "vgg")
    output = workspace.stage("train", "student")
    path.write_bytes(before)
    assert "holds no votes" not in output
    assert record_of(workspace, "student")["votes"] == 0.3


def test_a_training_goes_on_elsewhere_from_a_folder_of_states_that_was_taken_there(
    workspace, tmp_path
):
    here, there = tmp_path / "here", tmp_path / "there"
    process = workspace.start(
        "python", "-m", "pipeline.train", "cnn", "--state", str(here), *AT_ONCE
    )
    for line in process.stdout:
        if "Epoch 4/" in line:
            process.send_signal(signal.SIGKILL)
    process.wait()
    shutil.copytree(here, there)
    output = workspace.stage("train", "cnn", "--state", str(there))
    assert "cnn: going on after epoch 3" in output
    assert not list(there.rglob("*.npz"))


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_keras_backend_trains_a_model_that_tensorflow_loads(workspace, backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    workspace.stage("train", "mobilenet", KERAS_BACKEND=backend)
    assert record_of(workspace, "mobilenet")["keras"].endswith(f" on {backend}")
    network = keras.models.load_model(workspace.root / "models" / "mobilenet.keras", compile=False)
    validation = load_split("val", workspace.root / "data" / "arrays")
    assert network.predict(validation.images[..., np.newaxis], verbose=0).shape[1] == 7
