"""A checkpoint holds what a training needs to go on, also where its last file is damaged."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.foundation.params import Spoiling, load_params
from pipeline.learning.checkpoint import Checkpoint, State, best_epoch, fingerprint


def state_after(epochs):
    """A state whose arrays tell after how many epochs it is."""
    return State(
        history=[{"epoch": epoch, "val_accuracy": 0.1 * epoch} for epoch in range(1, epochs + 1)],
        run_id="run",
        resumed=[1],
        weights=[np.full((2, 3), epochs, np.float32), np.arange(12.0)],
        optimizer=[np.array(epochs)],
        best=[np.full((2, 3), -epochs, np.float32), np.zeros(12)],
    )


@pytest.fixture
def checkpoint(tmp_path):
    """One that has seen four epochs."""
    checkpoint = Checkpoint(tmp_path / "kept", seconds=0)
    for epochs in range(1, 5):
        checkpoint.save(state_after(epochs))
    return checkpoint


def assert_same(state, expected):
    for name, value in vars(expected).items():
        for mine, theirs in zip(getattr(state, name), value, strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_the_first_of_the_best_epochs_is_the_best():
    history = [{"val_loss": loss, "val_accuracy": -loss} for loss in (0.5, 0.2, 0.2, 0.3)]
    assert best_epoch(history, "val_loss") == best_epoch(history, "val_accuracy") == 2
    assert best_epoch([], "val_loss") == 0


def test_the_last_state_comes_back_whole_and_two_are_kept(checkpoint):
    assert_same(Checkpoint(checkpoint.folder, seconds=60).load(), state_after(4))
    assert {path.name for path in checkpoint.folder.iterdir()} == {"3.npz", "4.npz"}


def test_many_arrays_come_back_in_their_order(tmp_path):
    arrays = [np.full(1, place) for place in range(120)]
    Checkpoint(tmp_path, 0).save(State(history=[{"epoch": 1}], weights=arrays))
    assert_same(Checkpoint(tmp_path, 0).load(), State(history=[{"epoch": 1}], weights=arrays))


def halved(content):
    return content[: len(content) // 2]


def flipped(content):
    """One bit of an array is another one."""
    place = content.index(np.arange(12.0).tobytes()) + 20
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("damage", [halved, flipped, lambda _: b"", lambda _: b"no archive"])
def test_a_damaged_last_state_is_told_and_the_one_before_is_gone_on_from(
    checkpoint, capsys, damage
):
    last = checkpoint.folder / "4.npz"
    last.write_bytes(damage(last.read_bytes()))
    assert_same(checkpoint.load(), state_after(3))
    assert "4.npz is damaged" in capsys.readouterr().out


def test_where_nothing_is_whole_training_begins_anew(checkpoint, capsys):
    for path in checkpoint.folder.iterdir():
        path.write_bytes(halved(path.read_bytes()))
    assert checkpoint.load() == State()
    told = capsys.readouterr().out
    assert "3.npz is damaged" in told
    assert "4.npz is damaged" in told


def test_states_are_as_far_apart_as_is_asked_for(tmp_path):
    assert Checkpoint(tmp_path, seconds=0).is_due
    assert not Checkpoint(tmp_path, seconds=3600).is_due


def test_other_settings_or_other_data_have_another_fingerprint():
    train = load_params().train
    data = ((), ("a",), ("b",), ("a", "b"))
    prints = {fingerprint(train[name], *hashes) for name in ("cnn", "vgg") for hashes in data}
    assert len(prints) == 8


def test_an_option_at_its_default_does_not_change_the_fingerprint():
    settings = load_params().train["vgg"]
    assert fingerprint(replace(settings, votes=0.0, distil=None)) == fingerprint(settings)
    for changes in ({"votes": 0.3}, {"mixup": 0.0}, {"spoiling": Spoiling(blur=0.1)}):
        assert fingerprint(replace(settings, **changes)) != fingerprint(settings)
