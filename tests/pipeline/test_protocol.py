"""The split rule: learn from training, choose by validation.

That test chooses nothing needs no test here: those of `train` run where its arrays are not there.
"""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from fer_system.emotions import FER2013
from pipeline import train
from pipeline.data.dataset import Split
from pipeline.foundation.params import Augmentation, Cnn, load_params
from pipeline.learning import epochs
from pipeline.learning.batches import batches_of
from pipeline.records import reports, teachers

pytestmark = pytest.mark.filterwarnings("ignore:MLflow does not answer")

MARKS = {"train": range(70), "val": range(100, 135)}


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
    network = Cnn("cnn", filters=[4], dense=8, block_dropout=0.0, dropout=0.0)
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

        def watched(*arguments):
            for batch in batches_of(*arguments):
                seen.update(batch["images"][:, -1, -1].tolist())
                yield batch

        monkeypatch.setattr(train, "load_split", splits.__getitem__)
        monkeypatch.setattr(teachers, "REPOSITORY", tmp_path / name)
        monkeypatch.setattr(reports, "REPORTS", tmp_path / name / "reports")
        monkeypatch.setattr(epochs, "batches_of", watched)
        train.train_model("cnn", settings, tmp_path / name / "states", seconds=60)
        path = tmp_path / name / "models" / "cnn.keras"
        weights = keras.models.load_model(path, compile=False).get_weights()
        record = json.loads(
            (tmp_path / name / "reports" / "models" / "cnn" / "training.json").read_text()
        )
        return weights, record, seen

    return run


def test_every_training_face_and_no_other_is_learned_from(trained):
    *_, seen = trained("as-is", {name: marked(name) for name in MARKS})
    assert seen == set(MARKS["train"])


def test_validation_chooses_and_is_not_learned_from(trained):
    splits = {name: marked(name) for name in MARKS}
    _, record, _ = trained("as-is", splits)
    # The same faces upside down in grey and labelled otherwise.
    other = Split(255 - splits["val"].images, 6 - splits["val"].labels, FER2013)
    _, record_other, seen = trained("val", splits | {"val": other})
    assert record_other["temperature"] > 1.5 * record["temperature"]
    assert seen == set(MARKS["train"])


def test_a_class_without_training_faces_is_refused(trained):
    splits = {name: marked(name) for name in MARKS}
    labels = np.where(splits["train"].labels == 1, 0, splits["train"].labels)
    splits["train"] = replace(splits["train"], labels=labels)
    with pytest.raises(train.TrainingError, match="no training face is labelled disgust"):
        trained("empty", splits)
