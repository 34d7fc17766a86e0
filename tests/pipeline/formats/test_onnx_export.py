"""What is exported gives what Keras gives."""

import itertools

import pytest

from pipeline.formats import onnx_export
from pipeline.learning import networks

VGG = {"name": "vgg", "stages": [[4, 4], [8]], "stage_dropout": 0.1, "dropout": 0.2}


def test_the_time_of_a_face_is_the_median_after_the_warm_up(tmp_path, monkeypatch):
    onnx_export.export_onnx(networks.build(VGG, (48, 48, 1), 7), {}, tmp_path / "vgg.onnx")
    assert onnx_export.milliseconds_per_face(tmp_path / "vgg.onnx") > 0
    lasting = [9.0] * onnx_export.WARM_UP + [5.0] * 30 + [0.003] * (onnx_export.ROUNDS - 30)
    ticks = itertools.accumulate(itertools.chain.from_iterable((0.0, each) for each in lasting))
    monkeypatch.setattr(onnx_export.time, "perf_counter", lambda: next(ticks))
    assert onnx_export.milliseconds_per_face(tmp_path / "vgg.onnx") == pytest.approx(3)
