"""An epoch in one compiled call is the epoch of the same steps, one by one."""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, random
from dataclasses import replace
from pathlib import Path
import keras, numpy as np
from pipeline.data.dataset import Split
from pipeline.foundation.params import Augmentation, Distillation, Spoiling, Vgg, load_params
from pipeline.learning import epochs, fit, networks
from pipeline.learning.checkpoint import Checkpoint, State

def split(seed, count):
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, 48, 48)).astype(np.uint8)
    return Split(images, random.integers(0, 7, count).astype(np.uint8), tuple("abcdefg"))

options = Vgg("vgg", stages=[[4], [8]], stage_dropout=0.0, dropout=0.0)
settings = replace(
    load_params().train["vgg"], network=options, batch_size=32, epochs=3, patience=3,
    warmup_epochs=1, ema=0.9, mixup=0.0, precision="float32", augmentation=Augmentation(),
    distil=Distillation(["teacher"], temperature=2.0, weight=0.5),
)
teacher = networks.build(options, (48, 48, 1), 7)

def history(kind, settings):
    keras.utils.set_random_seed(3)
    network, state = networks.build(options, (48, 48, 1), 7), State()
    fit.epochs_of = kind
    faces, kept = [split(1, 100), split(2, 64)], Checkpoint(Path("unused"), 3600)
    fit.Fit(network, settings, *faces, kept, state, lambda *_: None, [teacher]).run()
    return [[row[name] for name in ("loss", "accuracy", "val_loss")] for row in state.history]

drawn = replace(settings, mixup=0.4, augmentation=Augmentation(rotation=10, erasing=0.2),
                spoiling=Spoiling(0.1, 0.1, 0.1, 0.1, 0.1))
plain = [history(kind, settings) for kind in (epochs.SteppedEpochs, epochs.CompiledEpochs)]
random = [history(kind, drawn) for kind in (epochs.SteppedEpochs, epochs.CompiledEpochs)]
print(json.dumps({"plain": plain, "random": random}))
"""


@pytest.mark.slow
def test_a_compiled_epoch_gives_the_losses_of_its_steps(tmp_path):
    pytest.importorskip("jax", reason="JAX is not installed")
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    for stepped, compiled in figures.values():
        assert len(stepped) == 3
        for one, other in zip(stepped, compiled, strict=True):
            assert other == pytest.approx(one, abs=1e-4)
    assert figures["plain"] != figures["random"]
