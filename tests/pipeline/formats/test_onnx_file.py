"""ONNX files are timed, and described by metadata that leave the rest of the file as it is."""

import itertools

import onnx
import pytest

from pipeline.formats import onnx_file
from tests.model_files import write_model


def test_the_time_of_a_face_is_the_median_after_the_warm_up(tmp_path, monkeypatch):
    path = write_model(tmp_path / "toy.onnx")
    assert onnx_file.milliseconds_per_face(path) > 0
    lasting = [9.0] * onnx_file.WARM_UP + [5.0] * 30 + [0.003] * (onnx_file.ROUNDS - 30)
    ticks = itertools.accumulate(itertools.chain.from_iterable((0.0, each) for each in lasting))
    monkeypatch.setattr(onnx_file.time, "perf_counter", lambda: next(ticks))
    assert onnx_file.milliseconds_per_face(path) == pytest.approx(3)


def test_other_metadata_replace_those_of_a_file_and_nothing_else(tmp_path):
    path = write_model(tmp_path / "toy.onnx")
    made = onnx.load_from_string(onnx_file.with_metadata(path, {"b": "1", "a": "2"}))
    assert [(entry.key, entry.value) for entry in made.metadata_props] == [("b", "1"), ("a", "2")]
    assert made.graph == onnx.load(path).graph
