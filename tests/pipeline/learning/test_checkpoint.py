"""A checkpoint holds what a training needs to go on, also where its last files are damaged."""

import keras
import numpy as np
import pytest

from pipeline.foundation.params import load_params
from pipeline.learning.checkpoint import Checkpoint, State, TrainingError, best_epoch, fingerprint


def network(width=2):
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(width)])


def kept(folder, values):
    """A checkpoint that has seen epochs of these `val_accuracy`, and the weights of each."""
    checkpoint, state, weights = Checkpoint(folder, "val_accuracy"), State(run_id="run"), []
    for epoch, value in enumerate(values, 1):
        model = network()
        state.history.append({"epoch": epoch, "val_accuracy": value})
        checkpoint.save(state, model)
        weights.append(model.get_weights())
    return checkpoint, weights


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_the_first_of_the_best_epochs_is_the_best():
    history = [{"val_loss": loss, "val_accuracy": -loss} for loss in (0.5, 0.2, 0.2, 0.3)]
    assert best_epoch(history, "val_loss") == best_epoch(history, "val_accuracy") == 2
    assert best_epoch([], "val_loss") == 0


def test_the_last_state_comes_back_with_the_weights_of_the_last_and_the_best_epoch(tmp_path):
    checkpoint, weights = kept(tmp_path / "kept", [0.1, 0.4, 0.3, 0.2])
    state = Checkpoint(tmp_path / "kept", "val_accuracy").load()
    assert (state.epochs, state.run_id, best_epoch(state.history, "val_accuracy")) == (4, "run", 2)
    for epoch in (2, 4):
        filled = network()
        checkpoint.fill(filled, epoch)
        for mine, theirs in zip(filled.get_weights(), weights[epoch - 1], strict=True):
            np.testing.assert_array_equal(mine, theirs)
    assert sorted(path.name for path in checkpoint.folder.glob("*.h5")) == [
        "2.weights.h5",
        "3.weights.h5",
        "4.weights.h5",
    ]


@pytest.mark.parametrize("best", [0.1, 0.9], ids=["an earlier epoch", "the last epoch"])
@pytest.mark.parametrize("damaged", ["4.weights.h5", "4.json"])
def test_a_damaged_last_epoch_is_told_and_the_one_before_is_gone_on_from(
    tmp_path, capsys, damaged, best
):
    checkpoint, _ = kept(tmp_path / "kept", [0.1, 0.4, 0.3, best])
    half(checkpoint.folder / damaged)
    state = checkpoint.load()
    assert state.epochs == 3
    assert "epoch 4 is damaged" in capsys.readouterr().out
    checkpoint.fill(network(), best_epoch(state.history, "val_accuracy"))


def test_where_nothing_is_whole_training_begins_anew(tmp_path, capsys):
    checkpoint, _ = kept(tmp_path / "kept", [0.4, 0.2, 0.3])
    half(checkpoint.folder / "1.weights.h5")  # the best of both that are kept
    assert checkpoint.load() == State()
    told = capsys.readouterr().out
    assert "epoch 3 is damaged" in told
    assert "epoch 2 is damaged" in told


def test_a_checkpoint_of_another_network_is_refused_and_left_alone(tmp_path):
    checkpoint, _ = kept(tmp_path / "kept", [0.5])
    before = checkpoint.weights(1).read_bytes()
    with pytest.raises(TrainingError, match=r"does not fit the network .*delete"):
        checkpoint.fill(network(3), 1)
    assert checkpoint.weights(1).read_bytes() == before


def test_other_settings_or_other_data_have_another_fingerprint():
    train = load_params().train
    prints = {fingerprint(train[name], data) for name in ("cnn", "vgg") for data in ("a", "b")}
    assert len(prints) == 4
