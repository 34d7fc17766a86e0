"""A network as ONNX, the format that is served, and how long it takes for a face."""

from __future__ import annotations

import contextlib
import io
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime

from pipeline.data.dataset import SIZE

MAPS = "activation_maps"
ROUNDS = 100
WARM_UP = 10
Predict = Callable[[np.ndarray], np.ndarray]
"""Takes float32 faces (N, 48, 48, 1) of 0..255 and returns probabilities (N, classes)."""


def export_onnx(network: keras.Model, metadata: dict[str, str], path: Path) -> None:
    """Write `network` as ONNX: input `faces`, output `probabilities`, both with free batch size.

    Where the network allows it there is a second output, `activation_maps`. `metadata` become the
    file's metadata properties.
    """
    maps = activation_maps(network)
    outputs = {"probabilities": network.output}
    served = serving(network, outputs | ({} if maps is None else {MAPS: maps}))
    served(np.zeros((1, SIZE, SIZE, 1), np.float32))  # the exporter wants a model that was called
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Keras asks NumPy for its old np.object
        served.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    for output in model.graph.output:
        is_map = len(output.type.tensor_type.shape.dim) > 2
        _rename_output(model.graph, output, MAPS if is_map else "probabilities")
    model.graph.output.sort(key=lambda output: output.name == MAPS)  # the exporter sorts by name
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def serving(network: keras.Model, outputs: dict[str, Any]) -> keras.Model:
    """A model from `faces` to these `outputs` of `network` that is never in training mode.

    Keras' exporters do not say which mode they mean. Its `Resizing` takes that for training and
    puts the layers behind it, batch norm for one, in that mode too.
    """
    faces = keras.Input(network.input_shape[1:], name="faces")
    return keras.Model(faces, keras.Model(network.input, outputs)(faces, training=False))


def activation_maps(network: keras.Model) -> Any | None:  # noqa: ANN401
    """How much each place of a face speaks for each class, (N, height, width, classes), or None.

    The class-activation maps of Zhou et al. 2016 (arXiv:1512.04150): the maps before the global
    average pooling, weighed by the logits layer, so that their mean over a face is its logits.
    None where anything but dropout stands between that pooling and the logits.
    """
    logits = network.get_layer("logits")
    below = _layer_of(logits.input)
    while isinstance(below, keras.layers.Dropout):
        below = _layer_of(below.input)
    if not isinstance(below, keras.layers.GlobalAveragePooling2D):
        return None
    kernel, bias = logits.get_weights()
    everywhere = keras.layers.Conv2D(kernel.shape[1], 1, name=MAPS)
    maps = everywhere(below.input)
    everywhere.set_weights([kernel[np.newaxis, np.newaxis], bias])
    return maps


def _layer_of(tensor: Any) -> keras.Layer:  # noqa: ANN401
    return tensor._keras_history.operation


def _rename_output(graph: onnx.GraphProto, output: onnx.ValueInfoProto, name: str) -> None:
    for node in graph.node:
        node.output[:] = [name if value == output.name else value for value in node.output]
    output.name = name


def load_onnx(path: Path) -> Predict:
    """The network of an ONNX file, by ONNX Runtime on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda faces: session.run(["probabilities"], {"faces": faces})[0]


def largest_difference(path: Path, network: keras.Model, faces: np.ndarray) -> float:
    """Largest difference between a probability of ONNX and of Keras, `faces` (N, 48, 48, 1)."""
    return float(np.abs(load_onnx(path)(faces) - network.predict(faces, verbose=0)).max())


def milliseconds_per_face(path: Path) -> float:
    """How long an ONNX file takes for one face on one thread: the median of `ROUNDS` runs."""
    return median_milliseconds(load_onnx(path))


def median_milliseconds(predict: Predict) -> float:
    """Wall time of `predict` for one random face: the median of `ROUNDS`, after `WARM_UP` more."""
    face = np.random.default_rng(1).integers(0, 256, (1, SIZE, SIZE, 1)).astype(np.float32)
    times = []
    for _ in range(WARM_UP + ROUNDS):
        start = time.perf_counter()
        predict(face)
        times.append(time.perf_counter() - start)
    return statistics.median(times[WARM_UP:]) * 1000
