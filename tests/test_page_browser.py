"""The page as people see it: real Chromium, real clicks, a camera fed from a clip.

With FER_SCREENSHOTS=FOLDER in the environment, screenshots for people are saved there.
"""

import csv
import io
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect, sync_playwright
from proxy import proxied
from serving import serve
from skimage import data

from recognition import DEFAULT_MODEL, Recognizer

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SECOND = 1000
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UPLOAD = "#picture-input input[type=file]"


@pytest.fixture(scope="module")
def address(model_path):
    with serve(model_path) as (address, _):
        yield address


@pytest.fixture(scope="module")
def champion():
    """The page with the committed model, which has activation maps and a whole card."""
    with serve(DEFAULT_MODEL) as (address, _):
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
def chromium(clip):
    """Starts Chromium, its camera fed from the clip, with more flags."""
    with sync_playwright() as playwright:
        installed = next(filter(None, map(shutil.which, BROWSERS)), None)
        path = installed or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("no Chromium: install the chromium package or run `playwright install`")

        @contextmanager
        def launched(*flags):
            browser = playwright.chromium.launch(
                executable_path=path,
                ignore_default_args=["--headless"],
                args=[
                    "--headless=new",
                    "--use-fake-device-for-media-stream",
                    f"--use-file-for-fake-video-capture={clip}",
                    *flags,
                ],
            )
            yield browser
            browser.close()

        yield launched


@pytest.fixture(scope="module")
def browser(chromium):
    with chromium("--use-fake-ui-for-media-stream") as browser:
        yield browser


@pytest.fixture
def open_page(browser, address):
    """Opens the page in a window; at the end no error and no foreign address may have come up."""
    contexts, complaints = [], []

    def opened(viewport=DESKTOP, scheme="light", at=address):
        def visited(request):
            if not request.url.startswith((at, "data:", "blob:")):
                complaints.append(request.url)

        contexts.append(browser.new_context(viewport=viewport, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.set_default_timeout(20 * SECOND)
        page.on("request", visited)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(at)
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

    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"


def test_a_click_on_a_face_in_the_picture_opens_its_card_alone(
    open_page, folder, recognizer, screenshot
):
    two = Image.new("RGB", (1024, 512))
    two.paste(Image.fromarray(data.astronaut()), (0, 0))
    two.paste(ImageOps.mirror(Image.fromarray(data.astronaut())), (512, 0))
    two.save(folder / "two.png")
    faces = recognizer(folder / "two.png")
    assert len(faces) > 1

    page = open_page()
    page.set_input_files(UPLOAD, folder / "two.png")
    wait_for_picture(page, "#picture-output img")
    openers = page.locator("#picture-faces .fer-open")
    expect(openers).to_have_count(len(faces))
    frame = page.locator("#picture-output img").bounding_box()
    scale = min(frame["width"] / 1024, frame["height"] / 512)
    for chosen, face in enumerate(faces):
        left, top, width, height = face.box
        x = frame["width"] / 2 + scale * (left + width / 2 - 512)
        y = frame["height"] / 2 + scale * (top + height / 2 - 256)
        page.locator("#picture-output img").click(position={"x": x, "y": y})
        expect(openers.nth(chosen)).to_be_focused()
        for place, opener in enumerate(openers.all()):
            expect(opener).to_have_attribute("aria-expanded", str(place == chosen).lower())
    screenshot(page, "two-faces")


def test_a_card_opens_and_closes_by_the_keyboard(open_page, astronaut):
    page = open_page()
    page.set_input_files(UPLOAD, astronaut)
    opener = page.get_by_role("button", name="Details").first
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".fer-card figure").first).to_be_visible()
    opener.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".fer-card figure").first).to_be_hidden()
    opener.press("Space")
    expect(page.locator(".fer-card figure").first).to_be_visible()


def test_the_chosen_bar_shows_its_heat_map_until_another_picture_comes(
    open_page, astronaut, champion, recognizer, screenshot
):
    page = open_page(at=champion)
    page.set_input_files(UPLOAD, astronaut)
    card = page.locator(".fer-card").first
    label = card.get_attribute("data-label").capitalize()
    shown = card.locator(".fer-heat:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute(
        "alt", f"The places that speak for {label}, drawn over the face"
    )
    card.get_by_text("Sad", exact=True).click()
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("alt", "The places that speak for Sad, drawn over the face")
    card.get_by_role("radio", name="Sad").press("ArrowDown")
    expect(shown).to_have_attribute(
        "alt", "The places that speak for Surprise, drawn over the face"
    )
    for _ in recognizer.classes:  # a browser keeps what was chosen once, unless told otherwise
        card.locator("input:checked").press("ArrowDown")
    screenshot(page, "heat-map")

    page.locator("#picture-examples button").first.click()
    card = page.locator(".fer-card").first
    expect(card.locator("li:has(:checked)")).to_have_class("fer-wins")


def test_the_faces_can_be_saved_as_json_and_csv(open_page, astronaut, recognizer):
    page = open_page()
    page.set_input_files(UPLOAD, astronaut)
    saved = {}
    for kind in ("JSON", "CSV"):
        with page.expect_download() as download:
            page.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename == f"faces.{kind.lower()}"
        saved[kind] = Path(download.value.path()).read_text(encoding="utf-8")
    faces = recognizer(data.astronaut())
    assert [face["label"] for face in json.loads(saved["JSON"])["faces"]] == [
        face.label for face in faces
    ]
    assert len(saved["CSV"].splitlines()) == 1 + len(faces)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_model_tab_tells_the_card_without_scrolling_sideways(
    viewport, scheme, open_page, champion, screenshot
):
    page = open_page(viewport, scheme, at=champion)
    page.get_by_role("tab", name="Model").click()
    details = Recognizer(detector="haar").card.details
    expect(page.locator(".fer-confusion td.fer-right")).to_have_count(len(details["classes"]))
    expect(page.get_by_role("img", name="Curves of the")).to_have_count(2)
    page.get_by_text("Recipe", exact=False).click()
    expect(page.get_by_text("augmentation.rotation")).to_be_visible()
    page.get_by_text("Recipe", exact=False).click()
    screenshot(page, f"model-{'phone' if viewport is PHONE else 'desktop'}-{scheme}")
    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"


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


def open_webcam(page):
    page.get_by_role("tab", name="Webcam").click()
    page.get_by_role("button", name="Start the camera").click()


def count_answers(page):
    """From now on; read it with ANSWERS."""
    page.evaluate(
        "() => { window.answers = 0; document.addEventListener('answer', () => answers++, true) }"
    )


ANSWERS = "window.answers"
DRAWN = """() => {
  const { width, height } = document.querySelector("#webcam [data-part=overlay]");
  const brush = document.querySelector("#webcam [data-part=overlay]").getContext("2d");
  return brush.getImageData(0, 0, width, height).data.some(Boolean);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_webcam_shows_its_own_video_and_draws_the_answers_over_it(
    viewport, scheme, open_page, screenshot
):
    page = open_page(viewport, scheme)
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 5")
    page.wait_for_function(DRAWN)
    expect(page.locator("#webcam [data-part=speed]")).to_contain_text("answers a second")
    video = page.locator("#webcam video")
    assert video.evaluate("it => [it.videoWidth, it.videoHeight]") == [640, 480]
    screenshot(page, f"webcam-{'phone' if viewport is PHONE else 'desktop'}-{scheme}")
    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"

    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    assert not page.evaluate(DRAWN)
    assert video.evaluate("it => it.srcObject") is None


def test_what_the_webcam_shows_can_be_saved(open_page, recognizer, tmp_path):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 10")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save CSV").click()
    saved.value.save_as(tmp_path / "session.csv")
    with (tmp_path / "session.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 5
    for row in rows:
        shares = [float(row[name]) for name in recognizer.classes]
        assert sum(shares) == pytest.approx(1, abs=0.01)
        assert row["label"] in (*recognizer.classes, "uncertain")
    assert [float(row["seconds"]) for row in rows] == sorted(float(row["seconds"]) for row in rows)

    with page.expect_download() as saved:
        page.get_by_role("button", name="Save picture").click()
    saved.value.save_as(tmp_path / "picture.png")
    picture = Image.open(tmp_path / "picture.png")
    assert picture.size == (640, 480)
    assert len(picture.getcolors(1 << 20)) > 100


def test_a_paused_webcam_sends_nothing_until_it_goes_on(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#webcam [data-part=status]")).to_contain_text("Paused")
    with pytest.raises(PlaywrightTimeout), page.expect_request("**/live*", timeout=SECOND):
        pass
    page.get_by_role("button", name="Go on").click()
    before = page.evaluate(ANSWERS)
    page.wait_for_function(f"{ANSWERS} > {before}")


def test_the_webcams_switches_change_what_is_drawn(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    video, mirror = page.locator("#webcam video"), page.get_by_role("button", name="Mirror")
    expect(video).to_have_class("fer-mirrored")
    mirror.click()
    expect(mirror).to_have_attribute("aria-pressed", "false")
    expect(video).not_to_have_class("fer-mirrored")
    with page.expect_request("**/live*threshold=0.00*"):
        page.get_by_label("Sensitivity").fill("1")


def test_the_webcam_goes_on_after_the_server_was_gone(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    status = page.locator("#webcam [data-part=status]")
    page.context.set_offline(True)
    expect(status).to_contain_text("does not answer")
    before = page.evaluate(ANSWERS)
    page.context.set_offline(False)
    page.wait_for_function(f"{ANSWERS} > {before}")
    expect(status).not_to_contain_text("does not answer")


def test_an_unplugged_camera_is_told(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    page.locator("#webcam video").evaluate(
        "it => it.srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
    )
    expect(page.locator("#webcam [data-part=status]")).to_contain_text("camera is gone")
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()


def test_picture_and_webcam_work_behind_a_proxy_with_a_path_prefix(browser, model_path, astronaut):
    with (
        serve(model_path, GRADIO_ROOT_PATH="/faces") as (address, _),
        proxied(address, "/faces") as outside,
        browser.new_context(viewport=DESKTOP) as context,
    ):
        page = context.new_page()
        page.goto(outside)
        page.set_input_files(UPLOAD, astronaut)
        expect(page.locator("#picture-faces .fer-card")).not_to_have_count(0)
        count_answers(page)
        open_webcam(page)
        page.wait_for_function(f"{ANSWERS} > 2")


@pytest.mark.parametrize(
    ("flags", "host", "sentence"),
    [
        (["--use-fake-ui-for-media-stream=deny"], "127.0.0.1", "The camera was refused"),
        (["--host-resolver-rules=MAP fer.test 127.0.0.1"], "fer.test", "secure pages alone"),
    ],
    ids=["denied", "insecure"],
)
def test_a_camera_that_may_not_be_used_is_one_sentence(
    flags, host, sentence, chromium, address, screenshot
):
    with chromium(*flags) as browser:
        page = browser.new_page()
        page.goto(address.replace("127.0.0.1", host))
        open_webcam(page)
        expect(page.locator("#webcam [data-part=status]")).to_contain_text(sentence)
        screenshot(page, f"webcam-{host}")
