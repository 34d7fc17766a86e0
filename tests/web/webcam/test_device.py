"""What a browser needs to recognise by itself, as the server gives it."""

import hashlib
import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from fer_system import Recognizer
from fer_system.detector import YUNET_FILE
from fer_system.download import Download
from web.webcam import device
from web.webcam.device import HALVES, RUNTIME, Device


@pytest.fixture
def runtime(monkeypatch, tmp_path):
    """In place of ONNX Runtime's files, which are not everywhere, small ones of their names."""
    small = {}
    for name in RUNTIME:
        (tmp_path / name).write_bytes(content := name.encode() * 100)
        sha256 = hashlib.sha256(content).hexdigest()
        small[name] = Download(name, f"http://localhost/{name}", sha256, len(content), 1)
    monkeypatch.setattr(device, "RUNTIME", small)
    monkeypatch.setattr(device, "INSTALLED", tmp_path)


def client(detector):
    return TestClient(Starlette(routes=Device(Recognizer(detector=detector)).routes()))


@pytest.mark.skipif(not YUNET_FILE.is_file(), reason="YuNet's file has not been downloaded")
def test_every_file_of_the_index_is_served_packed_and_for_good(runtime):
    browser = client("yunet")
    assert browser.get("/webcam/device/0123456789abcdef/runtime.js").status_code == 404
    index = browser.get("/webcam/device.json")
    assert index.headers["cache-control"] == "no-cache"
    assert {*index.json()} == {*HALVES, *RUNTIME}
    for name, told in index.json().items():
        assert told["address"].endswith(f"/{name}")
        answer = browser.get(f"/webcam/{told['address']}")
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert int(answer.headers["content-length"]) == told["sent"]
        assert len(answer.content) == told["bytes"]
        plain = browser.get(f"/webcam/{told['address']}", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == answer.content
        other = told["address"].replace("device/", "device/f", 1)
        assert browser.get(f"/webcam/{other}").status_code == 404


def test_without_yunet_the_index_says_why_there_is_none(runtime):
    answer = client("haar").get("/webcam/device.json")
    assert answer.status_code == 503
    assert answer.text.startswith("The recogniser as one graph needs YuNet.")


@pytest.mark.skipif(not YUNET_FILE.is_file(), reason="YuNet's file has not been downloaded")
def test_what_could_not_be_had_is_tried_again(runtime, tmp_path):
    browser = client("yunet")
    missing = next(iter(RUNTIME))
    (tmp_path / missing).rename(tmp_path / "away")
    assert browser.get("/webcam/device.json").status_code == 503
    (tmp_path / "away").rename(tmp_path / missing)
    assert browser.get("/webcam/device.json").status_code == 200


def test_the_runtime_is_the_version_that_npm_installs():
    package = json.loads((Path(__file__).parents[3] / "package.json").read_text(encoding="utf-8"))
    assert package["devDependencies"]["onnxruntime-web"] == device.VERSION
