"""Reading, running and timing ONNX files. TensorFlow is not needed for it."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from pipeline.data.dataset import SIZE
from pipeline.foundation.errors import DamagedFileError, MissingFileError
from pipeline.foundation.params import REPOSITORY
from pipeline.measuring.predictions import Predict

CHAMPION_MODEL = REPOSITORY / "models" / "best.onnx"
ALL_CORES = 0
"""As ONNX Runtime counts threads."""
ROUNDS = 100
WARM_UP = 10


def load_onnx(path: Path, threads: int = 1) -> Predict:
    """The network of an ONNX file, by ONNX Runtime on so many threads or on `ALL_CORES`.

    MissingFileError and DamagedFileError say how to make the file.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    _refuse_missing(path)
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own errors share no other base
        raise _damaged(path) from error
    return lambda faces: session.run(["probabilities"], {"faces": faces})[0]


def with_metadata(path: Path, metadata: dict[str, str]) -> bytes:
    """The bytes of an ONNX file with these metadata properties, in this order, and no others."""
    _refuse_missing(path)
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model)
    except Exception as error:  # protobuf's and the checker's errors share no other base
        raise _damaged(path) from error
    onnx.helper.set_model_props(model, metadata)
    return model.SerializeToString(deterministic=True)


def metadata(path: Path) -> dict[str, str]:
    """The metadata properties of an ONNX file; errors as of `load_onnx`."""
    _refuse_missing(path)
    try:
        model = onnx.load(path)
    except Exception as error:  # protobuf's errors share no other base
        raise _damaged(path) from error
    return {entry.key: entry.value for entry in model.metadata_props}


def milliseconds_per_face(path: Path) -> float:
    """How long an ONNX file takes for one face on one thread: the median of `ROUNDS` runs."""
    return median_milliseconds(load_onnx(path))


def median_milliseconds(network: Predict) -> float:
    """Wall time of `network` for one random face: the median of `ROUNDS`, after `WARM_UP` more."""
    face = np.random.default_rng(1).integers(0, 256, (1, SIZE, SIZE, 1)).astype(np.float32)
    times = []
    for _ in range(WARM_UP + ROUNDS):
        start = time.perf_counter()
        network(face)
        times.append(time.perf_counter() - start)
    return statistics.median(times[WARM_UP:]) * 1000


def _refuse_missing(path: Path) -> None:
    if not path.exists():
        raise MissingFileError(f"{path} is missing; make it with `dvc repro`")


def _damaged(path: Path) -> DamagedFileError:
    return DamagedFileError(f"{path} is damaged or no ONNX model; make it again with `dvc repro`")
