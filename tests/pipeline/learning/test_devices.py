"""Two devices learn what one would learn, and devices that cannot share a batch are refused."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from pipeline.foundation.params import load_params
from pipeline.learning import devices
from pipeline.learning.checkpoint import TrainingError, fingerprint
from pipeline.learning.devices import chosen

PROGRAM = """
import json, tempfile
from dataclasses import replace
from pathlib import Path
import keras, numpy as np
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], halves)
from pipeline.data.dataset import Split
from pipeline.foundation.params import Augmentation, Distillation, Spoiling, Vgg, load_params
from pipeline.learning import epochs, fit, networks
from pipeline.learning.checkpoint import Checkpoint, State
from pipeline.learning.devices import chosen, spread
from pipeline.learning.phases import phases_of

def split(seed, count):
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, 48, 48)).astype(np.uint8)
    return Split(images, random.integers(0, 7, count).astype(np.uint8), tuple("abcdefg"))

dropout = 0.3 if keras.backend.backend() == "jax" else 0.0
options = Vgg("vgg", stages=[[4], [8]], stage_dropout=dropout, dropout=dropout)
settings = replace(
    load_params().train["vgg"], network=options, batch_size=32, epochs=3, patience=3,
    warmup_epochs=1, ema=0.9, mixup=0.4, precision="float32",
    augmentation=Augmentation(rotation=10, erasing=0.2),
    spoiling=Spoiling(0.1, 0.1, 0.1, 0.1, 0.1),
    distil=Distillation(["teacher"], temperature=2.0, weight=0.5),
)
keras.utils.set_random_seed(5)
teacher = networks.build(options, (48, 48, 1), 7)

def fit_on(settings, state, kept=Checkpoint(Path("unused"), 3600), log=lambda *_: None):
    keras.utils.set_random_seed(3)
    network = networks.build(options, (48, 48, 1), 7)
    faces, places = [split(1, 101), split(2, 63)], chosen(settings, "train.vgg")
    return fit.Fit(network, settings, *faces, kept, state, log, [teacher], places)

def history(settings, state=None):
    state = state or State()
    fit_on(settings, state).run()
    return [[row[name] for name in ("loss", "val_loss")] for row in state.history]

def cut_off(settings):
    '''The state that is left of a training that ends in its third epoch.'''
    def end(figures, epoch):
        if epoch == 3:
            raise KeyboardInterrupt
    with tempfile.TemporaryDirectory() as folder:
        kept = Checkpoint(Path(folder), 0)
        try:
            fit_on(settings, State(), kept, end).run()
        except KeyboardInterrupt:
            return kept.load()

def whereabouts(settings):
    '''Over how many devices the weights are spread, and how many faces of a batch each takes.'''
    fitted = fit_on(settings, State())
    with spread(fitted.devices):
        weight = fitted.learner(phases_of(settings)[0], 4).trainable_variables[0].value
        if keras.backend.backend() == "jax":
            return [len(weight.devices()), epochs.layout(None, "batch").shard_shape((4, 32))[1]]
    seen, answer = set(), epochs.Learner.answer
    def noted(self, view):
        seen.add(view["seen"].shape[0])
        return answer(self, view)
    epochs.Learner.answer = noted
    fitted.run()
    return [len(weight.values), *seen]

spread_out = replace(settings, devices="all")
print(json.dumps({
    "one": history(settings),
    "two": history(spread_out),
    "moved": history(spread_out, cut_off(settings)),
    "where": whereabouts(spread_out),
}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_two_devices_give_the_losses_of_one_and_go_on_where_one_was_cut_off(backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    environment = os.environ | {
        "KERAS_BACKEND": backend,
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["where"] == [2, 16]
    assert len(found["one"]) == 3
    for one, two, moved in zip(found["one"], found["two"], found["moved"], strict=True):
        assert two == pytest.approx(one, abs=1e-3)
        assert moved == pytest.approx(one, abs=1e-3)
    assert found["moved"][:2] == found["one"][:2]


def settings(**changes):
    return replace(load_params().train["vgg"], **changes)


def test_one_device_is_not_spread():
    assert chosen(settings(), "train.vgg") == []


def test_devices_that_are_not_there_are_refused():
    with pytest.raises(
        TrainingError, match=r"^train\.vgg\.devices is 64, but only 1 can be seen here: .*CPU:0"
    ):
        chosen(settings(devices=64), "train.vgg")


def test_devices_that_cannot_share_a_batch_equally_are_refused(monkeypatch):
    monkeypatch.setattr(devices, "all_devices", lambda: ["GPU:0", "GPU:1", "GPU:2"])
    with pytest.raises(TrainingError, match="3 devices cannot share batches of 128 faces equally"):
        chosen(settings(devices="all"), "train.vgg")


def test_a_training_goes_on_over_another_number_of_devices():
    assert fingerprint(settings(devices="all"), "faces") == fingerprint(settings(), "faces")
