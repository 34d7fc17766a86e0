"""A network as TensorFlow's own formats: SavedModel and TFLite, and how both are run."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from tqdm import tqdm

from pipeline.formats.onnx_export import serving
from pipeline.measuring.predictions import Predict


def export_savedmodel(network: keras.Model, folder: Path) -> None:
    """Write `network` as a SavedModel: `faces` in, `probabilities` out, batch size free."""
    served = serving(network, {"probabilities": network.output})
    served.export(folder, format="tf_saved_model", verbose=False)


def load_savedmodel(folder: Path) -> Predict:
    """The network of a SavedModel."""
    model = tf.saved_model.load(folder)  # which must live as long as its signatures
    return lambda faces: model.signatures["serving_default"](faces=tf.constant(faces))[
        "probabilities"
    ].numpy()


def export_tflite(network: keras.Model, path: Path, calibration: np.ndarray | None = None) -> None:
    """Write `network` as TFLite: `faces` in, `probabilities` out, float32, batch size free.

    With `calibration`, float32 faces (N, 48, 48, 1) of 0..255, weights and layers between are int8:
    the faces tell which range of values each layer needs (post-training quantisation).
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="partial-") as folder:
        export_savedmodel(network, Path(folder))
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        with _quiet() as terminal:
            if calibration is not None:
                converter.optimizations = [tf.lite.Optimize.DEFAULT]
                converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
                faces = tqdm(calibration, "calibrate", file=terminal, disable=None, leave=False)
                converter.representative_dataset = lambda: ([face[np.newaxis]] for face in faces)
            content = converter.convert()
    path.write_bytes(content)


def load_tflite(path: Path) -> Predict:
    """The network of a TFLite file, by LiteRT on one thread."""
    with _quiet():
        interpreter = Interpreter(str(path), num_threads=1)
        interpreter.allocate_tensors()
    run = interpreter.get_signature_runner()
    return lambda faces: run(faces=faces)["probabilities"]


@contextlib.contextmanager
def _quiet() -> Iterator[TextIO]:
    """Hold back what C++ writes to stderr: converter and LiteRT log there. Gives stderr itself."""
    sys.stderr.flush()
    with os.fdopen(os.dup(2), "w") as terminal, open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)
        try:
            yield terminal
        finally:
            os.dup2(terminal.fileno(), 2)
