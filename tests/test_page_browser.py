"""The page as people see it: real Chromium, real clicks, a camera fed from a clip.

With FER_SCREENSHOTS=FOLDER in the environment, screenshots for people are saved there.
"""

import io
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright
from serving import serve
from skimage import data

from recognition import Recognizer

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SECOND = 1000
UPLOAD = "#picture-input input[type=file]"


@pytest.fixture(scope="module")
def address(model_path):
    with serve(model_path) as (address, _):
        yield address


@pytest.fixture(scope="module")
def recognizer(model_path):
    return Recognizer(model=model_path, detector="haar")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def astronaut(folder):
    Image.fromarray(data.astronaut()).save(folder / "astronaut.png")
    return folder / "astronaut.png"


@pytest.fixture(scope="module")
def clip(folder):
    """A camera's view: the astronaut moves to and fro. Raw MJPEG is JPEGs one after another."""
    astronaut = Image.fromarray(data.astronaut()).resize((480, 480))
    frames = io.BytesIO()
    for step in (*range(0, 160, 8), *range(160, 0, -8)):
        frame = Image.new("RGB", (640, 480), "gray")
        frame.paste(astronaut, (step, 0))
        frame.save(frames, "JPEG", quality=90, subsampling="4:2:0")
    (folder / "camera.mjpeg").write_bytes(frames.getvalue())
    return folder / "camera.mjpeg"


@pytest.fixture(scope="module")
def browser(clip):
    with sync_playwright() as playwright:
        installed = next(filter(None, map(shutil.which, BROWSERS)), None)
        path = installed or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("no Chromium: install the chromium package or run `playwright install`")
        browser = playwright.chromium.launch(
            executable_path=path,
            ignore_default_args=["--headless"],
            args=[
                "--headless=new",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={clip}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, address):
    """Opens the page in a window; at the end no error and no foreign address may have come up."""
    contexts, complaints = [], []

    def visited(request):
        if not request.url.startswith((address, "data:", "blob:")):
            complaints.append(request.url)

    def opened(viewport=DESKTOP, scheme="light"):
        contexts.append(browser.new_context(viewport=viewport, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.set_default_timeout(20 * SECOND)
        page.on("request", visited)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    expect.set_options(timeout=20 * SECOND)
    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def screenshot(tmp_path):
    target = Path(os.environ.get("FER_SCREENSHOTS") or tmp_path)
    target.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=target / f"{name}.png", full_page=True)


def wait_for_picture(page, selector):
    """Wait until the picture's pixels are there, not only its element."""
    page.wait_for_function(
        "at => { const it = document.querySelector(at); return it?.complete && it.naturalWidth }",
        arg=selector,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_uploaded_picture_shows_a_card_for_every_face(
    viewport, scheme, open_page, astronaut, recognizer, screenshot
):
    page = open_page(viewport, scheme)
    page.set_input_files(UPLOAD, astronaut)
    wait_for_picture(page, "#picture-output img")

    faces = recognizer(data.astronaut())
    cards = page.locator("#picture-faces .fer-card")
    expect(cards).to_have_count(len(faces))
    for card, face in zip(cards.all(), faces, strict=True):
        expect(card).to_have_attribute("data-label", face.label)
        expect(card.locator("li")).to_have_count(len(recognizer.classes))
        shown = card.locator("li > span:last-child").all_inner_texts()
        for text, share in zip(shown, face.probabilities.values(), strict=True):
            assert abs(float(text.strip("<> %")) - 100 * share) <= 1
    screenshot(page, f"picture-{'phone' if viewport is PHONE else 'desktop'}-{scheme}")

    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0, "the page scrolls sideways"


def test_a_picture_without_a_face_gets_a_friendly_sentence(open_page, tmp_path):
    Image.new("RGB", (400, 300), "gray").save(tmp_path / "empty.png")
    page = open_page()
    page.set_input_files(UPLOAD, tmp_path / "empty.png")
    expect(page.locator("#picture-faces")).to_contain_text("No face found")
    expect(page.locator(".fer-card")).to_have_count(0)


def test_a_click_on_an_example_recognises_it(open_page, screenshot):
    page = open_page()
    page.locator("#picture-examples button").first.click()
    expect(page.locator("#picture-faces .fer-card")).not_to_have_count(0)
    wait_for_picture(page, "#picture-output img")
    screenshot(page, "example")


def test_a_wrong_file_is_refused_and_takes_the_former_faces_away(
    open_page, astronaut, tmp_path, screenshot
):
    (tmp_path / "wrong.png").write_text("This is not a picture.")
    page = open_page()
    page.set_input_files(UPLOAD, astronaut)
    expect(page.locator(".fer-card")).not_to_have_count(0)

    page.get_by_label("Remove Image").click()
    page.set_input_files(UPLOAD, tmp_path / "wrong.png")
    expect(page.get_by_test_id("toast-body")).to_contain_text("picture")
    expect(page.locator(".fer-card")).to_have_count(0)
    screenshot(page, "wrong-file")

    page.get_by_label("Remove Image").click()
    page.set_input_files(UPLOAD, astronaut)
    expect(page.locator(".fer-card")).not_to_have_count(0)


def test_the_footer_tells_what_the_model_file_says(open_page, recognizer):
    footer = open_page().locator("#fer-footer")
    card = recognizer.card
    for fact in (card.model, card.git_commit[:8], card.data_hash[:8], recognizer.detector_name):
        expect(footer).to_contain_text(fact)
    expect(footer).to_contain_text(f"{100 * card.test.accuracy:.1f} %")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_webcam_shows_faces_live_until_it_is_stopped(
    viewport, open_page, recognizer, screenshot
):
    page = open_page(viewport)
    page.get_by_role("tab", name="Webcam").click()
    page.get_by_text("Click to Access Webcam").click()
    page.get_by_role("button", name="capture photo").click()
    card = page.locator("#webcam-faces .fer-card").first
    expect(card.locator("li")).to_have_count(len(recognizer.classes))

    live = "document.querySelector('.fer-live').src"
    for _ in range(3):
        page.wait_for_function(f"before => {live} !== before", arg=page.evaluate(live))
    wait_for_picture(page, ".fer-live")
    size = page.locator(".fer-live").evaluate("it => [it.naturalWidth, it.naturalHeight]")
    assert size == [640, 480]
    screenshot(page, f"webcam-{'phone' if viewport is PHONE else 'desktop'}")

    page.get_by_role("button", name="capture photo").click()
    expect(page.get_by_role("button", name="capture photo")).to_contain_text("Record")
