"""What Git holds of trained models, and FER+'s votes, which they learned from too."""

import hashlib
from dataclasses import replace

import pytest

from pipeline import weights
from pipeline.foundation.params import load_params
from pipeline.records import dvc_lock

FACES, VOTES = b"emotion,pixels,Usage\n", b"Usage,Image name\n"
DATA = replace(load_params().data, source="data/faces.csv", votes="data/votes.csv")


def converted(content):
    """What dvc.lock says once `content` was converted."""
    dep = {"path": DATA.source, "md5": hashlib.md5(content).hexdigest(), "size": len(content)}
    return {"convert": {"deps": [{"path": "pipeline/data", "md5": "0.dir"}, dep]}}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A folder with a dataset in place of the repository."""
    (tmp_path / "data").mkdir()
    (tmp_path / DATA.source).write_bytes(FACES)
    monkeypatch.setattr(weights, "REPOSITORY", tmp_path)
    return tmp_path


def test_git_holds_the_weights_that_dvc_lock_names_and_nothing_else():
    held = {path for path in (weights.PUBLISHED / "files").rglob("*") if path.is_file()}
    named = weights.trained_weights(dvc_lock.read_lock())
    assert {"models/vgg.keras", "models/student.keras"} <= set(named)
    assert held
    assert held == {weights.published(md5) for md5 in named.values()}
    for path in held:
        md5 = hashlib.md5(path.read_bytes()).hexdigest()
        assert path == weights.published(md5)


def test_weights_that_are_here_stay_as_they_are_and_unpublished_ones_are_named(repository, capsys):
    (repository / "models").mkdir()
    (repository / "models" / "vgg.keras").write_bytes(b"my own")
    weights.take(["vgg", "wide"], {"models/vgg.keras": "0" * 32, "models/wide.keras": "1" * 32})
    assert capsys.readouterr().out.splitlines() == [
        "vgg: models/vgg.keras is here",
        "wide: no weights are published; `dvc repro` trains it",
    ]
    assert (repository / "models" / "vgg.keras").read_bytes() == b"my own"
    assert not (repository / "models" / "wide.keras").exists()


def test_only_the_very_faces_that_were_converted_get_votes(repository):
    assert weights.has_the_faces(DATA, converted(FACES))
    assert not weights.has_the_faces(DATA, converted(FACES.upper()))
    assert not weights.has_the_faces(DATA, converted(FACES * 2))
    assert not weights.has_the_faces(replace(DATA, source="data"), converted(FACES))
    (repository / DATA.source).unlink()
    assert not weights.has_the_faces(DATA, converted(FACES))
    assert not weights.has_the_faces(DATA, {})


def test_votes_are_downloaded_whole_or_their_absence_is_told(repository, server, monkeypatch):
    address, served = server
    found = replace(
        weights.VOTES,
        url=f"{address}/votes.csv",
        sha256=hashlib.sha256(VOTES).hexdigest(),
        length=len(VOTES),
    )
    monkeypatch.setattr(weights, "VOTES", found)
    for content in (None, VOTES[:-1], VOTES * 2):
        if content:
            (served / "votes.csv").write_bytes(content)
        with pytest.raises(weights.WeightsError) as caught:
            weights.take_votes(DATA)
        assert str(caught.value).startswith("data/votes.csv is missing, and ")
        assert found.url in str(caught.value)
        assert not (repository / DATA.votes).exists()
    (served / "votes.csv").write_bytes(VOTES)
    weights.take_votes(DATA)
    assert (repository / DATA.votes).read_bytes() == VOTES


def test_where_nothing_was_trained_nothing_is_taken_and_nothing_published(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(dvc_lock, "LOCK", tmp_path / "dvc.lock")
    monkeypatch.setattr("sys.argv", ["weights"])
    weights.main()
    told = capsys.readouterr().out
    assert told == "no weights are published of models that learned from data/fer2013.csv\n"
    with pytest.raises(weights.WeightsError, match="names no trained model"):
        weights.publish(weights.trained_weights(dvc_lock.read_lock()))
    dvc_lock.LOCK.touch()
    assert dvc_lock.read_lock() == {}
