"""Model files after the contract, small enough for any test."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fer_system.emotions import FER2013

METADATA = {
    "classes": json.dumps(FER2013),
    "input_size": "48",
    "model": "toy",
    "git_commit": "0123456789abcdef0123456789abcdef01234567",
    "data_hash": "fedcba9876543210",
    "mlflow_run_id": "",
    "threshold": "0.125",
    "validation": json.dumps({"accuracy": 0.25, "macro_f1": 0.125, "loss": 1.5}),
    "test": json.dumps({"accuracy": 0.375, "macro_f1": 0.25, "loss": 1.25}),
}


def write_model(path, input_name="faces", outputs=7, weight=None, **metadata):
    """A model file after the contract: one dense layer of fixed random weights on the pixels.

    `weight` takes the place of one of them. `metadata` replaces entries of METADATA; None leaves
    one out.
    """
    weights = np.random.default_rng(7).normal(0, 1e-3, (48 * 48, outputs)).astype(np.float32)
    if weight is not None:
        weights[0, 0] = weight
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", [input_name], ["pixels"]),
            helper.make_node("MatMul", ["pixels", "weights"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        ],
        "toy",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["N", 48, 48, 1])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", outputs])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    entries = {name: text for name, text in (METADATA | metadata).items() if text is not None}
    helper.set_model_props(model, entries)
    onnx.save(model, path)
    return path
