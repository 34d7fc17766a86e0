"""How long a training takes is told from what the last one took."""

import json

import pytest

from pipeline.records.durations import left, outlook, seconds_of, spelled


def test_durations_are_spelled_for_people(subtests):
    for seconds, words in (
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (936.83, "16 min"),
        (3599, "1 h 0 min"),
        (9788.81, "2 h 43 min"),
    ):
        with subtests.test(words=words):
            assert spelled(seconds) == words


@pytest.fixture
def folder(tmp_path):
    """What reports/models holds of a training of three epochs."""
    (tmp_path / "history.csv").write_text("epoch,seconds\n1,90.5\n2,300\n3,310\n")
    (tmp_path / "training.json").write_text(json.dumps({"model": "mobilenet"}))
    return tmp_path


def test_the_last_training_is_the_measure_and_its_machine_is_named_where_it_is_known(folder):
    assert outlook(9, folder) == (
        "9 epochs; the last training took 12 min for 3, on the machine that trained last"
    )
    (folder / "training.json").write_text(json.dumps({"machine": "2 cores (AMD EPYC)"}))
    assert outlook(9, folder).endswith(", on 2 cores (AMD EPYC)")


def test_without_a_whole_history_nothing_is_foretold(folder):
    for content in ("epoch,seconds\n1,90", "epoch,loss\n1,1\n", "epoch,seconds\n1,soon\n"):
        (folder / "history.csv").write_text(content)
        assert seconds_of(folder) == []
    (folder / "history.csv").unlink()
    assert outlook(3, folder) == "3 epochs; how long they take is told after the first"


def test_what_is_left_follows_the_last_training_where_that_had_as_many_epochs():
    last = [90.0, 300.0, 310.0]
    assert left(1, 45, 3, last) == pytest.approx(305)
    assert left(1, 45, 4, last) == pytest.approx(3 * 45)
    assert left(2, 45, 3, []) == pytest.approx(45)
    assert left(3, 45, 3, last) == 0
    assert left(1, 45, 3, [0.0, 0.0, 0.0]) == pytest.approx(90)
