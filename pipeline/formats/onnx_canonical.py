"""One form for every ONNX graph that computes the same, so that the same weights give one file.

The exporter names values after Keras' counters, which depend on how many layers a process has made
before, and lists weights and attributes in the order of its own tables. It also leaves some
reshapes that change nothing; how many depends on those names.
"""

from __future__ import annotations

import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper


def canonical(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with names and order that depend on nothing but what it computes.

    Nodes are numbered in the order in which the outputs need them, weights are named after the node
    and the position where they are first used. Inputs and outputs keep their names and their order.
    Reshapes to the shape that is there already are left out.
    """
    made = _without_idle_reshapes(model)
    nodes = _in_order(made)
    names = _names(made, nodes)
    weights = {tensor.name: tensor for tensor in made.initializer}
    graph = helper.make_graph(
        [_node(node, number, names) for number, node in enumerate(nodes)],
        "fer",
        made.input,
        made.output,
        [_tensor(weights[name], names[name]) for name in names if name in weights],
    )
    domains = {node.domain for node in nodes}
    opsets = sorted(
        (opset for opset in model.opset_import if opset.domain in domains),
        key=lambda opset: opset.domain,
    )
    return helper.make_model(graph, ir_version=model.ir_version, opset_imports=opsets)


def _without_idle_reshapes(model: onnx.ModelProto) -> onnx.GraphProto:
    """The graph of `model`, in which no node uses what a reshape gives that changes nothing."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    shapes = {
        value.name: [side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.value_info)  # 0 where a side is free
    }
    origins: dict[str, str] = {}
    for node in graph.node:
        node.input[:] = [origins.get(value, value) for value in node.input]
        if node.op_type == "Reshape":
            (given, _), (made,) = node.input, node.output
            if _is_same(shapes.get(given, []), shapes.get(made, [])):
                origins[made] = given
    return graph


def _is_same(given: list[int], made: list[int]) -> bool:
    """Whether a reshape leaves the shape as it is: one free side follows from the others."""
    return bool(given) and given[1:] == made[1:] and all(given[1:])


def _in_order(graph: onnx.GraphProto) -> list[NodeProto]:
    """The nodes that the outputs need, each after those that it takes its inputs from."""
    maker = {value: node for node in graph.node for value in node.output}
    done: dict[str, NodeProto] = {}
    waiting = [maker[output.name] for output in reversed(graph.output)]
    while waiting:
        node = waiting[-1]
        needed = (maker[value] for value in node.input if value in maker)
        missing = next((other for other in needed if other.output[0] not in done), None)
        if missing is None:
            done[node.output[0]] = waiting.pop()
        else:
            waiting.append(missing)
    return list(done.values())


def _names(graph: onnx.GraphProto, nodes: list[NodeProto]) -> dict[str, str]:
    """The new name of every value, in the order in which they are met."""
    names = {entry.name: entry.name for entry in (*graph.input, *graph.output)}
    names[""] = ""  # an optional input that is left out
    for number, node in enumerate(nodes):
        for place, value in enumerate(node.input):
            names.setdefault(value, f"{_name(node, number)}.input{place}")
        for place, value in enumerate(node.output):
            names.setdefault(value, f"{_name(node, number)}.output{place}")
    return names


def _name(node: NodeProto, number: int) -> str:
    return f"{node.op_type}{number}"


def _node(node: NodeProto, number: int, names: dict[str, str]) -> NodeProto:
    renamed = NodeProto(op_type=node.op_type, domain=node.domain, name=_name(node, number))
    renamed.input.extend(names[value] for value in node.input)
    renamed.output.extend(names[value] for value in node.output)
    renamed.attribute.extend(sorted(node.attribute, key=lambda attribute: attribute.name))
    return renamed


def _tensor(tensor: TensorProto, name: str) -> TensorProto:
    return numpy_helper.from_array(numpy_helper.to_array(tensor), name)
