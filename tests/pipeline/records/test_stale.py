"""Which models `make repro` would train, by the status of DVC and by what Git holds."""

import pytest

from pipeline.records.stale import Locked, locked, published, to_train

MD5 = "08fc4da8415243765249d4f91067f744"
LOCK = f"""\
schema: '2.0'
stages:
  convert:
    cmd: python -m pipeline.convert
    outs:
    - path: data/arrays/train.npz
      hash: md5
      md5: 73d225ff4ed5b57990230dfd4a81ca01
  train@vgg:
    cmd: python -m pipeline.train vgg
    deps:
    - path: data/arrays/train.npz
      hash: md5
      md5: 73d225ff4ed5b57990230dfd4a81ca01
    outs:
    - path: models/vgg.keras
      hash: md5
      md5: {MD5}
      size: 7806980
  train-students@student:
    cmd: python -m pipeline.train student
    deps:
    - path: models/vgg.keras
      hash: md5
      md5: {MD5}
    outs:
    - path: models/student.keras
      hash: md5
      md5: 8d8a24f9f2285a725e2e432db451d8b6
"""
TRAININGS = {
    "train@vgg": Locked(frozenset(), {"models/vgg.keras": MD5}),
    "train-students@student": Locked(
        frozenset({"vgg"}), {"models/student.keras": "8d8a24f9f2285a725e2e432db451d8b6"}
    ),
}


def test_the_lock_tells_who_learned_from_whom_and_which_weights_came_of_it(tmp_path):
    assert locked("") == {}
    assert locked(LOCK) == TRAININGS
    assert published(tmp_path, TRAININGS.values()) == set()
    place = tmp_path / "models" / "published" / "files" / "md5" / MD5[:2] / MD5[2:]
    place.parent.mkdir(parents=True)
    place.touch()
    assert published(tmp_path, TRAININGS.values()) == {"models/vgg.keras"}


FRESH = {
    "convert": [
        {"changed deps": {"data/fer2013.csv": "deleted"}},
        {"changed outs": {"data/arrays/train.npz": "deleted", "data/arrays/hash.txt": "deleted"}},
    ],
    "train@vgg": [
        {"changed deps": {"data/arrays/train.npz": "deleted", "data/arrays/val.npz": "deleted"}},
        {"changed outs": {"models/vgg.keras": "not in cache"}},
    ],
    "evaluate@vgg": [{"changed deps": {"pipeline/evaluate.py": "modified"}}],
    "record": ["always changed"],
}
"""What DVC says on a fresh clone."""


@pytest.mark.parametrize(
    ("changed", "weights", "trained"),
    [
        ({}, {"models/vgg.keras"}, []),
        ({}, set(), ["vgg", "student"]),
        (
            {"convert": [{"changed deps": {"params.yaml": {"data": "modified"}}}]},
            {"models/vgg.keras"},
            ["vgg", "student"],
        ),
        (
            {"train@vgg": [{"changed deps": {"pipeline/learning": "modified"}}]},
            {"models/vgg.keras"},
            ["vgg", "student"],
        ),
        ({"train@vgg": ["changed command"]}, {"models/vgg.keras"}, ["vgg", "student"]),
        (
            {"train-students@student": [{"changed outs": {"models/student.keras": "deleted"}}]},
            {"models/vgg.keras"},
            ["student"],
        ),
    ],
)
def test_a_model_is_trained_where_more_has_changed_than_what_is_had_without(
    changed, weights, trained
):
    assert to_train(FRESH | changed, TRAININGS, weights) == trained


def test_nothing_is_trained_where_dvc_finds_nothing_changed():
    assert to_train({"record": ["always changed"]}, TRAININGS, set()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"changed deps": {"data/fer2013.csv": "modified"}},
        {"changed deps": {"params.yaml": {"data.labels": "modified"}}},
        "changed command",
    ],
)
def test_all_is_trained_where_the_arrays_that_are_here_are_made_of_something_else(change):
    assert to_train({"convert": [change]}, TRAININGS, set()) == ["vgg", "student"]
