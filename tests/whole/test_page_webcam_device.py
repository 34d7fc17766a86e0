"""Recognition on the visitor's own device: real Chromium, real models, and no picture sent."""

import re

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import expect
from skimage import data

from fer_system import DEFAULT_MODEL, Recognizer
from fer_system.detector import YUNET_FILE
from tests.browsing import SECOND
from tests.serving import run_app, serve
from tests.whole.test_page_webcam import ANSWERS, DRAWN, count_answers, open_webcam
from web import text
from web.webcam.device import device_files

EXPECTED = text.TEXTS["en"]["WEBCAM"]


@pytest.fixture(scope="module", autouse=True)
def files():
    """What the device needs, as the page has it too; without the internet nothing can be tested."""
    if not YUNET_FILE.is_file():
        pytest.skip("YuNet's file has not been downloaded")
    try:
        return device_files(Recognizer(detector="yunet"))
    except OSError as error:
        pytest.skip(f"ONNX Runtime for browsers is not here: {error}")


@pytest.fixture(scope="module")
def champion():
    """The page with the committed model, and with YuNet, which the device needs."""
    with serve(DEFAULT_MODEL, detector="yunet") as (address, _):
        yield address


def switch_to_device(page):
    page.get_by_role("tab", name="Webcam").click()
    page.get_by_role("button", name=EXPECTED["device"]).click()
    expect(page.locator("#webcam [data-part=placeNote]")).to_have_text(
        EXPECTED["deviceOn"], timeout=60 * SECOND
    )


def test_no_picture_leaves_a_device_that_recognises_by_itself(open_page, champion):
    page = open_page(at=champion)
    count_answers(page)
    page.get_by_role("tab", name="Webcam").click()
    note = page.locator("#webcam [data-part=placeNote]")
    expect(note).to_contain_text("models once (")
    switch_to_device(page)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 10")
    page.wait_for_function(DRAWN)
    assert sent == []

    page.get_by_role("button", name=EXPECTED["device"]).click()
    expect(note).to_contain_text("models once (")
    page.wait_for_function(f"{ANSWERS} > 20")
    assert any("/live?" in url for url in sent)


# Pixels of a picture -> records, of the first time and of later ones; as the page asks its device.
READ = """async ([address, classes, pixels, width, height]) => {
  const { Device, deviceFiles } = await import(`${address}webcam/device.js`);
  const shares = [];
  const device = await Device.open(await deviceFiles(), classes, (share) => shares.push(share));
  const image = new ImageData(Uint8ClampedArray.from(pixels), width, height);
  const answers = [];
  for (let time = 0; time < 6; time += 1) {
    const picture = await createImageBitmap(image);
    const known = async () => answers.at(-1) ?? null;
    answers.push(await device.recognise(picture, width, height, known));
  }
  return { shares, answers };
}"""


def test_a_browser_gives_what_the_library_gives(open_page, champion):
    astronaut = cv2.resize(data.astronaut(), (336, 336), interpolation=cv2.INTER_AREA)
    picture = np.hstack([astronaut, astronaut[:, 80:192]])
    height, width = picture.shape[:2]
    recognizer = Recognizer(detector="yunet")
    pixels = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)]).ravel().tolist()
    page = open_page(at=champion)
    given = page.evaluate(READ, [champion, recognizer.classes, pixels, width, height])
    assert given["shares"][-1] == 1
    assert given["shares"] == sorted(given["shares"])
    expected = recognizer.frame(picture)
    assert len(expected) == 2
    for faces in given["answers"]:
        for face, told in zip(expected, faces, strict=True):
            assert [told[side] for side in ("left", "top", "width", "height")] == list(face.box)
            assert told["score"] == pytest.approx(face.score, abs=1e-3)
            assert told["probabilities"] == pytest.approx(face.probabilities, abs=0.01)


def test_a_page_on_device_takes_no_picture(open_page):
    with serve(DEFAULT_MODEL, "--on-device", detector="yunet") as (address, _):
        for path in ("live?session=12345678", "gradio_api/upload"):
            assert httpx.post(f"{address}{path}", content=b"picture").status_code == 404
        page = open_page(at=address)
        expect(page.get_by_role("tab")).to_have_text(["Webcam", "Model"])
        expect(page.get_by_text("never leave the device")).to_be_visible()
        count_answers(page)
        expect(page.locator("#webcam [data-part=placeNote]")).to_have_text(
            EXPECTED["deviceOn"], timeout=60 * SECOND
        )
        page.get_by_role("button", name="Start the camera").click()
        page.wait_for_function(f"{ANSWERS} > 5")
        page.wait_for_function(DRAWN)


def test_a_page_on_device_without_yunet_is_refused_in_a_sentence(model_path):
    ended = run_app("--model", model_path, "--detector", "haar", "--on-device")
    assert ended.returncode == 2
    assert re.fullmatch(r"app\.py: The recogniser as one graph needs YuNet\. .+\.\n", ended.stderr)


# What a slow device would do: every question to a worker waits.
SLOW_WORKERS = """() => {
  const ask = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (...question) {
    setTimeout(() => ask.apply(this, question), 150);
  };
}"""


def test_a_slow_device_says_so_and_offers_the_server(open_page, champion):
    page = open_page(at=champion)
    count_answers(page)
    switch_to_device(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 3")
    page.evaluate(SLOW_WORKERS)
    note = page.locator("#webcam [data-part=placeNote]")
    expect(note).to_have_text(EXPECTED["deviceSlow"])
    page.get_by_role("button", name=EXPECTED["device"]).click()
    expect(note).to_contain_text("models once (")
