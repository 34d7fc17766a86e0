"""Tab *Webcam* in Firefox: recognised by the server, and on the device."""

import base64
import json

import pytest

from fer_system import DEFAULT_MODEL
from fer_system.detector import YUNET_FILE
from tests.firefox import firefox
from tests.serving import serve
from web import text

EXPECTED = text.TEXTS["en"]["WEBCAM"]
# In place of a camera, which Firefox cannot be given: a photograph that moves.
CAMERA = """() => {
  navigator.mediaDevices.getUserMedia = async () => {
    const photograph = Object.assign(new Image(), { src: PHOTOGRAPH });
    await photograph.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
    const brush = canvas.getContext("2d");
    let step = 0;
    setInterval(() => {
      step = (step + 2) % 160;
      brush.fillRect(0, 0, 640, 480);
      brush.drawImage(photograph, step, 0, 480, 480);
    }, 33);
    return canvas.captureStream();
  };
  window.answers = 0;
  document.addEventListener("answer", () => (answers += 1), true);
  window.troubles = [];
  addEventListener("error", ({ message }) => troubles.push(message));
  addEventListener("unhandledrejection", ({ reason }) => troubles.push(String(reason)));
}"""
TABS = "[...document.querySelectorAll('[role=tab]')]"
IS_DRAWN = "document.querySelector('#webcam [data-name^=plate]') !== null"


def press(tab, name):
    part = f"document.querySelector('#webcam [data-part={name}]')"
    tab.wait_for(f"{part}?.checkVisibility() && !{part}.disabled")
    tab.evaluate(f"{part}.click()")


@pytest.fixture(scope="module")
def page(astronaut, tmp_path_factory):
    if not YUNET_FILE.is_file():
        pytest.skip("YuNet's file has not been downloaded")
    photograph = base64.b64encode(astronaut.read_bytes()).decode()
    with firefox(tmp_path_factory.mktemp("firefox")) as tab:
        if tab is None:
            pytest.skip("no Firefox: install the firefox-esr package")
        address = f"data:image/png;base64,{photograph}"
        tab.before_every_page(CAMERA.replace("PHOTOGRAPH", json.dumps(address)))
        with serve(DEFAULT_MODEL, detector="yunet") as (address, _):
            tab.goto(address)
            tab.wait_for(f"{TABS}.length > 1")
            tab.evaluate(f"{TABS}.find((it) => it.textContent.includes('Webcam')).click()")
            yield tab


def test_the_server_recognises_the_faces_of_firefox(page):
    press(page, "start")
    page.wait_for("answers > 10")
    page.wait_for(IS_DRAWN)
    assert page.evaluate("troubles") == []


def test_firefox_recognises_faces_by_itself(page):
    press(page, "device")
    note = "document.querySelector('#webcam [data-part=placeNote]').textContent"
    page.wait_for(f"{note} === {json.dumps(EXPECTED['deviceOn'])}")
    before = page.evaluate("answers")
    page.wait_for(f"answers > {before} + 10")
    page.wait_for(IS_DRAWN)
    assert page.evaluate("troubles") == []
