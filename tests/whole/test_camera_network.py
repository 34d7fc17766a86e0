"""`fer camera` on a camera on the network, which needs a password, falls silent and comes back."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mlflow_server import free_port
from tests.rtsp import rtsp_camera, skip_without_rtsp

ROOT = Path(__file__).parents[2]
SECONDS = 120


@pytest.fixture(scope="module")
def command(model_path):
    skip_without_rtsp()
    program = [sys.executable, "-m", "fer_system", "camera"]
    return [*program, "--model", str(model_path), "--detector", "haar"]


@pytest.fixture
def watching(command):
    """Watch an address; everything that is started ends with the test."""
    running = []

    def watched(address):
        process = subprocess.Popen(
            [*command, address], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        running.append(process)
        return process

    yield watched
    for process in running:
        process.kill()
        process.communicate()


def next_record(process, wanted):
    """The next record for which `wanted` holds."""
    for line in process.stdout:
        if wanted(record := json.loads(line)):
            return record
    raise AssertionError(process.stderr.read())


def is_face(record):
    return record["face"] is not None


def is_outage(record):
    return record["error"] is not None


def test_a_camera_that_is_killed_and_started_again_is_watched_on(watching, tmp_path):
    port = free_port()
    with rtsp_camera(tmp_path, port) as (address, server):
        process = watching(address)
        first = next_record(process, is_face)
        assert (first["source"], first["face"]) == (address, 1)
        server.kill()
        outage = next_record(process, is_outage)
    assert outage["error"] == f"{address} sends no more pictures."
    assert outage["time"] > first["time"]
    with rtsp_camera(tmp_path, port):
        again = next_record(process, is_face)
        assert again["time"] > outage["time"]
        assert again["started"] == first["started"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=SECONDS) == 0
    start, lost, back = process.stderr.read().splitlines()
    assert start.startswith(f"Watching {address} since ")
    assert lost == f"{outage['error']} It is tried again after 1, 2, 4 ... 60 seconds."
    assert re.fullmatch(rf"{re.escape(address)} is back after \d+ seconds\.", back)


def test_a_camera_that_falls_silent_is_lost(watching, tmp_path):
    with rtsp_camera(tmp_path, free_port()) as (address, server):
        process = watching(address)
        next_record(process, is_face)
        server.send_signal(signal.SIGSTOP)
        assert "sends no more pictures" in next_record(process, is_outage)["error"]
        server.send_signal(signal.SIGCONT)
        assert next_record(process, is_face)["face"]


def test_the_password_opens_the_camera_and_is_never_told(watching, tmp_path):
    with rtsp_camera(tmp_path, free_port(), "ann:s3cr/t") as (address, _):
        host = address.removeprefix("rtsp://")
        process = watching(f"rtsp://ann:s3cr%2Ft@{host}")
        assert next_record(process, is_face)["source"] == f"rtsp://***@{host}"
        process.terminate()
        told = "".join(process.communicate(timeout=SECONDS))
        assert "ann" not in told
        assert "s3cr" not in told
        for wrong in (f"rtsp://ann:gu3ss@{host}", address):
            process = watching(wrong)
            records, complaint = process.communicate(timeout=SECONDS)
            assert (process.returncode, records, complaint.count("\n")) == (2, "", 1)
            assert "wants another login; give it as rtsp://USER:PASSWORD@HOST/PATH." in complaint
            assert "gu3ss" not in complaint


def test_a_wrong_path_and_a_server_of_another_kind_are_sentences(watching, tmp_path):
    with rtsp_camera(tmp_path, free_port()) as (address, _):
        process = watching(f"{address}s")
        complaint = process.communicate(timeout=SECONDS)[1]
        assert (process.returncode, complaint) == (
            2,
            f"{address}s is no stream of that camera; check the path.\n",
        )
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/live"
        process = watching(address)
        complaint = process.communicate(timeout=SECONDS)[1]
        assert (process.returncode, complaint) == (
            2,
            f"{address} doesn't answer as a camera does; check host and port.\n",
        )
