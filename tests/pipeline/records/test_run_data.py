"""Which faces a run used: names that can be filtered by, and no path of this machine."""

from pathlib import Path

import pytest

from pipeline.data.dataset import FER2013_HASH
from pipeline.foundation.params import REPOSITORY, Data
from pipeline.records.run_data import current_data, run_data

CSV = Data("data/fer2013.csv", "fer2013", "")


def test_each_split_has_a_digest_of_its_own_and_its_faces():
    faces = [("train", "sad", 3), ("train", "happy", 4), ("val", "sad", 1), ("test", "sad", 2)]
    told = run_data(CSV, FER2013_HASH, faces)
    assert {split: (data.digest, data.context, data.faces) for split, data in told.items()} == {
        "train": ("0869c20f-train", "training", {"sad": 3, "happy": 4}),
        "validation": ("0869c20f-validation", "validation", {"sad": 1}),
        "test": ("0869c20f-test", "test", {"sad": 2}),
    }
    assert {data.name for data in told.values()} == {"fer2013"}
    assert all(data.source.startswith("https://") for data in told.values())
    assert all(len(data.digest) <= 36 for data in told.values()), "MLflow takes no longer ones"


@pytest.mark.parametrize(
    ("data", "name", "source"),
    [
        (CSV, "fer2013", "data/fer2013.csv"),
        (Data("data/fer2013.csv", "ferplus", ""), "fer2013-ferplus", "data/fer2013.csv"),
        (Data("data/my faces", "fer2013", ""), "my faces", "data/my faces"),
        (Data("/home/someone/faces", "fer2013", ""), "faces", "faces"),
        (Data("../elsewhere/faces", "fer2013", ""), "faces", "faces"),
        (Data(str(REPOSITORY / "data" / "mine"), "fer2013", ""), "mine", "data/mine"),
    ],
    ids=str,
)
def test_other_faces_are_told_by_their_place_in_the_repository(data, name, source):
    told = run_data(data, "ab" * 32, [])["train"]
    assert (told.name, told.source) == (name, source)
    assert not Path(told.source).is_absolute()


def test_faces_without_a_hash_are_not_told_of():
    assert current_data("") == {}
