"""The split rule: learn from training, choose by validation, let test choose nothing."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from fer_system.emotions import FER2013
from pipeline import train
from pipeline.data.dataset import Split
from pipeline.foundation.params import Augmentation, load_params
from pipeline.learning.batches import Batches
from pipeline.records import reports

pytestmark = pytest.mark.filterwarnings("ignore:MLflow does not answer")

FACES = {"train": 70, "val": 35, "test": 35}
MARKS = {"train": range(70), "val": range(100, 135), "test": range(200, 235)}


def marked(name):
    """Faces of a split: a bright band tells the class, the last pixel a mark that no other has."""
    marks = np.array(MARKS[name], np.uint8)
    labels = marks % 7
    bands = (np.arange(48) // 6)[None, :] == labels[:, None]
    images = np.where(bands[:, :, None], 200, 60).repeat(48, axis=2).astype(np.uint8)
    images[:, -1, -1] = marks
    return Split(images, labels.astype(np.uint8), FER2013)


@pytest.fixture
def settings():
    network = {"name": "cnn", "filters": [4], "dense": 8, "block_dropout": 0.0, "dropout": 0.0}
    return replace(
        load_params().train["cnn"],
        network=network,
        batch_size=10,
        epochs=3,
        augmentation=Augmentation(),
    )


@pytest.fixture
def trained(settings, tmp_path, monkeypatch):
    """Trains on given splits; gives the weights, the record and the levels of the faces seen."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")

    def run(name, splits):
        seen = set()

        class Watched(Batches):
            def __getitem__(self, index):
                faces, targets = super().__getitem__(index)
                seen.update(faces[:, -1, -1, 0].astype(int).tolist())
                return faces, targets

        monkeypatch.setattr(train, "load_split", splits.__getitem__)
        monkeypatch.setattr(train, "REPOSITORY", tmp_path / name)
        monkeypatch.setattr(reports, "REPORTS", tmp_path / name / "reports" / "models")
        monkeypatch.setattr(train, "Batches", Watched)
        train.train_model("cnn", settings)
        path = tmp_path / name / "models" / "cnn.keras"
        weights = keras.models.load_model(path, compile=False).get_weights()
        record = json.loads(
            (tmp_path / name / "reports" / "models" / "cnn" / "training.json").read_text()
        )
        return weights, record, seen

    return run


def test_every_training_face_and_no_other_is_learned_from(trained):
    *_, seen = trained("as-is", {name: marked(name) for name in FACES})
    assert seen == set(MARKS["train"])


def test_other_test_faces_and_labels_change_nothing_that_is_chosen(trained):
    splits = {name: marked(name) for name in FACES}
    weights, record, _ = trained("as-is", splits)
    again, record_again, _ = trained("test", splits | {"test": altered(splits["test"])})
    for mine, theirs in zip(again, weights, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)
    assert record_again["best_epoch"] == record["best_epoch"]
    assert record_again["temperature"] == pytest.approx(record["temperature"], rel=0.02)
    # The same change to validation is seen: what is compared above can differ.
    _, record_other, _ = trained("val", splits | {"val": altered(splits["val"])})
    assert record_other["temperature"] > 1.5 * record["temperature"]


def altered(split):
    """Other faces and labels."""
    return Split(255 - split.images, 6 - split.labels, FER2013)


def test_a_class_without_training_faces_is_refused(trained):
    splits = {name: marked(name) for name in FACES}
    labels = np.where(splits["train"].labels == 1, 0, splits["train"].labels)
    splits["train"] = replace(splits["train"], labels=labels)
    with pytest.raises(train.TrainingError, match="no training face is labelled disgust"):
        trained("empty", splits)
