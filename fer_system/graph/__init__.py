"""The recogniser as one ONNX graph: a picture in, its faces and their emotions out.

For whatever runs ONNX but not this library: the page in a browser, phones, C#, Java. It does what
`Recognizer.frame` does with a picture that YuNet looks at as it is, of SHORTEST to LONGEST pixels a
side. Larger pictures have to be scaled down before, by area; and whoever has only a face that was
cut out before gives it to the model file itself.

    picture         uint8 (height, width, 3 or 4), RGB or RGBA
    boxes           int64 (faces, 4): left, top, width, height in whole pixels, the largest first
    scores          float32 (faces,): the detector's, 0..1
    squares         float32 (faces, 3): left, top and side in pixels of what the network saw
    probabilities   float32 (faces, classes)

Its metadata are those of the model file. `in_two` takes it apart for films, where faces that were
found in one picture may be read in the next ones.
"""

from pathlib import Path
from string import Template

import onnx
from onnx import checker, compose, inliner, parser, version_converter
from onnx.utils import Extractor

from ..detector import MAX_OVERLAP, MIN_SCORE, STRIDES, YuNet, with_free_size

OPSET, IR_VERSION = 18, 8
PICTURE, SQUARES = "picture", "squares"
FOUND, READ = ["boxes", "scores", SQUARES], ["probabilities"]
OUTPUTS = FOUND + READ


def one_graph(yunet: bytes, model: bytes) -> bytes:
    """The graph made of YuNet's file and a model file of the pipeline, as the bytes of a file."""
    detector, classifier = (
        _prefixed(_of_our_version(content), name)
        for content, name in ((with_free_size(yunet), "yunet/"), (model, "classifier/"))
    )
    size = classifier.graph.input[0].type.tensor_type.shape.dim[1].dim_value
    prepared, found = (
        _prefixed(_own_part(name, size), f"{name}/") for name in ("prepared", "found")
    )
    grids = [output.name for output in detector.graph.output if not output.name.startswith("kps")]
    shared = [output.name for output in prepared.graph.output if output.name != "pixels"]
    joined = compose.merge_models(
        prepared, detector, [("pixels", "input")], outputs=[*shared, *grids]
    )
    joined = compose.merge_models(joined, found, [(name, name) for name in (*shared, *grids)])
    joined = compose.merge_models(joined, classifier, [("crops", "faces")], outputs=OUTPUTS)
    joined.graph.name = "recognizer"
    checker.check_model(joined, full_check=True)
    return _content(joined)


def in_two(graph: bytes) -> tuple[bytes, bytes]:
    """The two halves of such a graph: what finds faces, and what reads those at given squares.

    The first one's input is `picture`, and it has all outputs but `probabilities`; the second one's
    inputs are `picture` and `squares`, and its output is `probabilities`.
    """
    whole = onnx.load_from_string(graph)
    halves = ([PICTURE], FOUND), ([PICTURE, SQUARES], READ)
    finder, reader = (
        _content(Extractor(whole).extract_model(inputs, outputs)) for inputs, outputs in halves
    )
    return finder, reader


def _content(model: onnx.ModelProto) -> bytes:
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _own_part(name: str, size: int) -> onnx.ModelProto:
    """What the file of that name describes, for a classifier of faces of `size` pixels."""
    text = Template(Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8")).substitute(
        SIZE=size,
        COARSEST=STRIDES[-1],
        MIN_SCORE=MIN_SCORE,
        MAX_OVERLAP=MAX_OVERLAP,
        ENLARGE=YuNet.enlarge,
    )
    return inliner.inline_local_functions(parser.parse_model(text))


def _of_our_version(content: bytes) -> onnx.ModelProto:
    model = version_converter.convert_version(onnx.load_from_string(content), OPSET)
    model.ir_version = IR_VERSION
    return model


def _prefixed(model: onnx.ModelProto, prefix: str) -> onnx.ModelProto:
    return compose.add_prefix(model, prefix, rename_inputs=False, rename_outputs=False)
