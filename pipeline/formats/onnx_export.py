"""A network as ONNX, the format that is served."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx

from pipeline.data.dataset import SIZE
from pipeline.formats.onnx_canonical import canonical
from pipeline.formats.onnx_file import load_onnx

MAPS = "activation_maps"
TOLERANCE = 1e-4
"""Largest difference of a probability between Keras and a format that computes the same."""


def export_onnx(network: keras.Model, path: Path) -> None:
    """Write `network` as ONNX: input `faces`, output `probabilities`, both with free batch size.

    Where the network allows it there is a second output, `activation_maps`. The same weights give
    the same bytes.
    """
    maps = activation_maps(network)
    outputs = {"probabilities": network.output}
    served = serving(network, outputs | ({} if maps is None else {MAPS: maps}))
    served(np.zeros((1, SIZE, SIZE, 1), np.float32))  # the exporter wants a model that was called
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Keras asks NumPy for its old np.object
        served.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    _name_outputs(model.graph)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    model = canonical(model)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


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


def _name_outputs(graph: onnx.GraphProto) -> None:
    """Call the outputs by what they are, the probabilities first; the exporter sorts by name."""
    for output in graph.output:
        is_map = len(output.type.tensor_type.shape.dim) > 2
        name = MAPS if is_map else "probabilities"
        for node in graph.node:
            node.output[:] = [name if value == output.name else value for value in node.output]
            node.input[:] = [name if value == output.name else value for value in node.input]
        output.name = name
    graph.output.sort(key=lambda output: output.name == MAPS)


def largest_difference(path: Path, network: keras.Model, faces: np.ndarray) -> float:
    """Largest difference between a probability of ONNX and of Keras, `faces` (N, 48, 48, 1)."""
    return float(np.abs(load_onnx(path)(faces) - network.predict(faces, verbose=0)).max())
