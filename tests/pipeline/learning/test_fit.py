"""What a fitted network is left with: the averaged weights, ImageNet's statistics, calibration."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from fer_system.emotions import FER2013
from pipeline.data.dataset import Split
from pipeline.foundation.params import Augmentation, Head, MobileNet, Vgg, load_params
from pipeline.learning import networks
from pipeline.learning.calibration import calibrate
from pipeline.learning.checkpoint import Checkpoint, State, TrainingError, best_epoch
from pipeline.learning.fit import Fit
from pipeline.measuring import metrics

pytestmark = pytest.mark.slow
VGG = Vgg("vgg", stages=[[4], [8]], stage_dropout=0.0, dropout=0.0)
MOBILENET = MobileNet("mobilenet", weights=None, input_size=32, alpha=0.25, dropout=0.0)


def split(seed, count=128):
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, 48, 48)).astype(np.uint8)
    return Split(images, random.integers(0, 7, count).astype(np.uint8), FER2013)


@pytest.fixture
def fit(tmp_path):
    """Fits a small network to noise; gives it with the state of its training."""

    def fit(network, **changes):
        keras.utils.set_random_seed(1)
        plain = {"augmentation": Augmentation(), "label_smoothing": 0.0, "precision": "float32"}
        settings = replace(
            load_params().train["vgg"], **plain, warmup_epochs=0, monitor="val_loss", **changes
        )
        built = networks.build(network, (48, 48, 1), 7)
        before = built.get_weights()
        checkpoint = Checkpoint(tmp_path / "kept", seconds=60)
        state = State()
        Fit(built, settings, split(1), split(2), checkpoint, state, lambda *_: None).run()
        return built, before, state

    return fit


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_the_network_is_left_with_what_validated_best(fit, ema):
    network, _, state = fit(VGG, ema=ema, epochs=3, learning_rate=0.3)
    validation = split(2)
    probabilities = network.predict(validation.images[..., np.newaxis], verbose=0)
    loss = metrics.cross_entropy(validation.labels, probabilities)
    history = [epoch["val_loss"] for epoch in state.history]
    assert history.index(min(history)) + 1 == best_epoch(state.history, "val_loss")
    assert loss == pytest.approx(min(history), rel=1e-4)


def test_a_state_of_another_network_is_refused(fit, tmp_path):
    _, _, state = fit(VGG, ema=0.0, epochs=2, learning_rate=0.1)
    state.weights[0] = state.weights[0][..., :2]
    settings = replace(load_params().train["vgg"], network=VGG, epochs=3, warmup_epochs=0)
    network, checkpoint = networks.build(VGG, (48, 48, 1), 7), Checkpoint(tmp_path, seconds=60)
    with pytest.raises(TrainingError, match=r"does not fit the network .*delete it"):
        Fit(network, settings, split(1), split(2), checkpoint, state, lambda *_: None).run()


def test_a_pretrained_base_keeps_its_statistics_and_learns_the_rest(fit):
    network, before, _ = fit(MOBILENET, epochs=1, ema=0.0, learning_rate=0.1)
    changed = {
        weight.path: not np.array_equal(new, old)
        for weight, new, old in zip(network.weights, network.get_weights(), before, strict=True)
    }
    norms = [path for path in changed if "bn" in path.split("/")[-2]]
    assert norms
    assert not any(changed[path] for path in norms)
    assert all(changed[path] for path in changed if path.endswith("kernel"))


def test_a_new_head_is_trained_before_the_base_is(fit):
    head = Head(epochs=1, learning_rate=0.1)
    network, before, state = fit(MOBILENET, epochs=1, ema=0.0, learning_rate=1e-9, head=head)
    assert state.epochs == 2
    for weight, new, old in zip(network.weights, network.get_weights(), before, strict=True):
        assert np.allclose(new, old, atol=1e-5) == ("logits" not in weight.path)


def test_calibration_changes_no_decision_and_lowers_the_loss(fit):
    network, _, _ = fit(VGG, ema=0.0, epochs=2, learning_rate=0.3)
    validation = split(2)
    faces = validation.images[..., np.newaxis]
    plain = network.predict(faces, verbose=0)
    temperature = calibrate(network, validation)
    calibrated = network.predict(faces, verbose=0)
    assert temperature != pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(calibrated.argmax(axis=1), plain.argmax(axis=1))
    np.testing.assert_allclose(calibrated, metrics.tempered(plain, temperature), atol=1e-4)
    labels = validation.labels
    assert metrics.cross_entropy(labels, calibrated) < metrics.cross_entropy(labels, plain)
