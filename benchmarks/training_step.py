"""One training step of the champion's network: Keras' own layers, the accelerated copy, bfloat16.

`python -m benchmarks.training_step`; tells which `precision` a machine should train in.
`ONEDNN_MAX_CPU_ISA=AVX512_CORE` before it shows a processor that lacks bfloat16.
"""

from __future__ import annotations

from functools import partial

import keras
import numpy as np

from benchmarks.timing import seconds
from fer_system.emotions import FER2013
from pipeline.data.dataset import SIZE
from pipeline.foundation.params import load_params
from pipeline.learning import networks
from pipeline.learning.acceleration import accelerated

BATCH = 128
ROUNDS = 8


def compiled(network: keras.Model) -> keras.Model:
    """The network, ready to be trained."""
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.SGD(0.01), loss, jit_compile=False)
    return network


def main() -> None:
    """Print seconds a step and ratios."""
    random = np.random.default_rng(1)
    faces = random.uniform(0, 255, (BATCH, SIZE, SIZE, 1)).astype(np.float32)
    targets = np.eye(len(FER2013), dtype=np.float32)[random.integers(0, len(FER2013), BATCH)]
    section = load_params().train["vgg"].network
    network = networks.logits_of(networks.build(section, faces.shape[1:], len(FER2013)))
    learners = {
        "Keras, float32": compiled(network),
        "accelerated, float32": compiled(accelerated(network, "float32")),
        "accelerated, bfloat16": compiled(accelerated(network, "mixed_bfloat16")),
    }
    steps = {
        name: partial(learner.train_on_batch, faces, targets) for name, learner in learners.items()
    }
    for step in steps.values():  # the first step builds the graph
        step()
    taken = seconds(steps, ROUNDS)
    print(f"Training step of vgg, {BATCH} faces, median of {ROUNDS}:")
    for name, value in taken.items():
        ratio = taken["Keras, float32"] / value
        print(f"  {name:<22} {value:5.2f} s   {ratio:4.1f} x Keras, float32")


if __name__ == "__main__":
    main()
