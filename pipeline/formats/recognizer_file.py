"""The whole recogniser as one ONNX file: YuNet and a network, after fer_system.graph."""

from __future__ import annotations

from pathlib import Path

import onnx
import onnxruntime

from fer_system.detector import YUNET, YUNET_FILE
from fer_system.graph import one_graph
from pipeline.foundation.errors import MissingFileError
from pipeline.measuring.predictions import Predict

CROPS, PROBABILITIES = "crops", "probabilities"
"""What the graph cuts out for the network, and what the network says of it."""


def with_detector(network: bytes) -> bytes:
    """The bytes of the file for those of a network's ONNX file; MissingFileError without YuNet."""
    try:
        yunet = YUNET.content(YUNET_FILE)
    except OSError as error:
        raise MissingFileError(
            f"YuNet, which finds the faces, cannot be had: {error}; "
            f"download {YUNET.url} to {YUNET_FILE}"
        ) from None
    return one_graph(yunet, network)


def load_network_of(path: Path) -> Predict:
    """The network within such a file, for faces as the graph cuts them out; on one thread."""
    network = onnx.utils.Extractor(onnx.load(path)).extract_model([CROPS], [PROBABILITIES])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        network.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda faces: session.run([PROBABILITIES], {CROPS: faces})[0]
