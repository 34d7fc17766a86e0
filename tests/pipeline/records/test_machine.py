"""The machine of a training, in words."""

import os

import pytest

from pipeline.records import machine

INFO = "processor\t: 0\nmodel name\t: AMD EPYC 9B45 \nflags\t\t: fpu\n"


def test_the_processor_is_named_where_linux_tells_it(tmp_path):
    assert machine.processor(tmp_path / "cpuinfo") == ""
    (tmp_path / "cpuinfo").write_text("flags\t: fpu\n")
    assert machine.processor(tmp_path / "cpuinfo") == ""
    (tmp_path / "cpuinfo").write_text(INFO)
    assert machine.processor(tmp_path / "cpuinfo") == "AMD EPYC 9B45"


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Puts a program in the place of NVIDIA's, which is where its driver is."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def written(script):
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)

    return written


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for the driver is a shell script")
def test_gpus_are_asked_of_their_driver(driver):
    assert machine.gpus() == []
    driver("echo 'NVIDIA H200, 143771 MiB'; echo 'NVIDIA H200, 143771 MiB'")
    assert machine.gpus() == ["NVIDIA H200, 143771 MiB"] * 2
    assert machine.this_machine().endswith(", NVIDIA H200, 143771 MiB, NVIDIA H200, 143771 MiB")
    driver("echo 'No devices were found'; echo more >&2; exit 6")
    with pytest.raises(OSError, match=r"^No devices were found$"):
        machine.gpus()
    assert "H200" not in machine.this_machine()


def test_the_cores_are_those_that_may_be_used():
    usable = machine.cores()
    assert 1 <= usable <= os.cpu_count()
    assert machine.this_machine().startswith(f"{usable} core")
