"""ONNX file -> session of ONNX Runtime, as classifier and detector use it."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime as ort


def open_session(model: str | bytes, threads: int) -> "ort.InferenceSession":
    """A session for the model, a path or a file's bytes, on `threads` processor cores.

    It may be shared between threads. Raises ONNX Runtime's own errors, whose base is Exception.
    """
    # ONNX Runtime reports its use to its maker unless told not to before it is imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
