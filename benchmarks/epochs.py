"""Training faces a second of one model: Keras' `fit`, our steps, and on JAX the compiled epoch.

`KERAS_BACKEND=jax python -m benchmarks.epochs vgg` takes the section `train.vgg` of params.yaml, on
noise in the form of faces; `--precision float32` changes that, `--faces` the size of an epoch.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from benchmarks.timing import seconds
from fer_system.emotions import FER2013
from pipeline.data.dataset import SIZE, Split
from pipeline.foundation.params import Training, load_params
from pipeline.learning import networks
from pipeline.learning.batches import one_hot
from pipeline.learning.checkpoint import Checkpoint, State
from pipeline.learning.epochs import CompiledEpochs, SteppedEpochs
from pipeline.learning.fit import Fit
from pipeline.learning.phases import phases_of

ROUNDS = 3


def noise(count: int) -> Split:
    """Faces of noise."""
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (count, SIZE, SIZE), dtype=np.uint8)
    return Split(images, random.integers(0, len(FER2013), count).astype(np.uint8), FER2013)


def ways(settings: Training, faces: Split) -> dict[str, Callable[[], object]]:
    """An epoch in each way, each with a learner of its own."""
    network = networks.build(settings.network, (SIZE, SIZE, 1), len(FER2013))
    teachers = [network] * len(settings.distil.teachers) if settings.distil else []
    checkpoint = Checkpoint(Path(tempfile.gettempdir()), 0)

    def learner() -> keras.Model:
        parts = (network, settings, faces, faces, checkpoint, State(), print, teachers)
        phase = phases_of(settings)[-1]
        return Fit(*parts).learner(phase, -(-len(faces.labels) // settings.batch_size))

    targets = one_hot(faces)
    data = {"images": faces.images, "targets": targets}
    known = (faces.images, targets, settings.batch_size, settings.seed)
    found: dict[str, Callable[[], object]] = {
        "fit": partial(learner().fit, data, batch_size=settings.batch_size, verbose=0),
        "steps": partial(SteppedEpochs(learner(), *known), 0),
    }
    if keras.backend.backend() == "jax":
        found["compiled"] = partial(CompiledEpochs(learner(), *known), 0)
    return found


def main() -> None:
    """Print faces a second of each way, and how many times those of `fit` they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="vgg", help="a section of `train`")
    parser.add_argument("--faces", type=int, default=1280)
    parser.add_argument("--precision", choices=["float32", "mixed_bfloat16"])
    arguments = parser.parse_args()
    settings = load_params().train[arguments.model]
    if arguments.precision:
        settings = replace(settings, precision=arguments.precision)
    known = ways(settings, noise(arguments.faces))
    for epoch in known.values():  # the first one compiles
        epoch()
    taken = seconds(known, ROUNDS)
    print(
        f"{arguments.model} by {keras.backend.backend()}, {settings.precision}, batches of "
        f"{settings.batch_size}, {arguments.faces:,} faces, median of {ROUNDS} epochs:"
    )
    for name, value in taken.items():
        rate = arguments.faces / value
        print(f"  {name:<9} {rate:10,.0f} faces/s   {taken['fit'] / value:5.2f} x fit")


if __name__ == "__main__":
    main()
