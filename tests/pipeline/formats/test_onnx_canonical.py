"""Graphs that compute the same are written as the same bytes."""

import onnx
import pytest

from pipeline.formats.onnx_canonical import canonical

GRAPH = """
<ir_version: 10, opset_import: ["" : 17]>
{name} (float[N, 1, 1, 4] faces) => (float[N, 4] probabilities)
<int64[4] {weight} = {{-1, 4, 1, 1}}, int64[2] flat = {{-1, 4}}> {{
    turned = Reshape(faces, {weight})
    {steps}
    rows = Reshape(clipped, flat)
    probabilities = Softmax(rows)
}}
"""


def written(steps, name="graph", weight="shape"):
    model = onnx.parser.parse_model(GRAPH.format(name=name, weight=weight, steps=steps))
    return canonical(model)


def test_names_make_no_difference():
    steps = "clipped = Relu(turned)"
    assert written(steps) == written(steps, "graph_99", "shape_100")


@pytest.mark.parametrize(
    "steps",
    [
        "clipped = Relu(turned)",
        "again = Reshape(turned, shape)\nclipped = Relu(again)",
        "relu = Relu(turned)\nclipped = Reshape(relu, shape)",
        "again = Reshape(turned, shape)\nthen = Reshape(again, shape)\nclipped = Relu(then)",
    ],
)
def test_reshapes_that_change_nothing_are_left_out_and_others_stay(steps):
    model = written(steps)
    assert model == written("clipped = Relu(turned)")
    assert [node.op_type for node in model.graph.node] == ["Reshape", "Relu", "Reshape", "Softmax"]
