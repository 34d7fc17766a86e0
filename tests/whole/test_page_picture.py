"""The picture and model tabs as people see them: real Chromium, real clicks."""

import base64
import json
import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from skimage import data

from fer_system import Recognizer
from fer_system.records import dated_stem
from tests.browsing import DESKTOP, OVERFLOW, PHONE, UPLOAD, wait_for_picture
from tests.serving import with_both_detectors
from web import text

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


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
        for told, share in zip(shown, face.probabilities.values(), strict=True):
            assert abs(float(told.strip("<>%\N{NO-BREAK SPACE}")) - 100 * share) <= 1
    screenshot(page, f"picture-{'phone' if viewport is PHONE else 'desktop'}-{scheme}")

    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"


@pytest.mark.parametrize(
    "viewport",
    [{"width": 1440, "height": 900}, {"width": 768, "height": 1024}, PHONE],
    ids=["desktop", "tablet", "phone"],
)
def test_the_first_screen_has_the_whole_answer(viewport, open_page, astronaut):
    page = open_page(viewport)
    page.set_input_files(UPLOAD, astronaut)
    wait_for_picture(page, "#picture-output img")
    expect(page.locator(".fer-card li")).not_to_have_count(0)
    page.wait_for_function(
        """() => ["#picture-output", ".fer-card header", ".fer-card ul"].every((at) => {
            const { top, bottom } = document.querySelector(at).getBoundingClientRect();
            return top >= 0 && bottom <= innerHeight && top < bottom;
        })"""
    )


@with_both_detectors
def test_a_click_on_a_face_in_the_picture_opens_its_card_alone(
    open_page, two, recognizer, screenshot
):
    faces = recognizer(two)
    assert len(faces) > 1

    page = open_page()
    page.set_input_files(UPLOAD, two)
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


@with_both_detectors
def test_an_opened_card_lights_its_face_in_the_picture(open_page, two, recognizer):
    faces = recognizer(two)
    page = open_page()
    page.set_input_files(UPLOAD, two)
    wait_for_picture(page, "#picture-output img")
    light = page.locator("#picture-output .fer-light")
    expect(light).to_have_count(0)
    for number, face in enumerate(faces, start=1):
        card = page.locator(".fer-card").nth(number - 1)
        expect(card.locator(".fer-number")).to_have_text(str(number))
        card.locator(".fer-open").press("Enter")
        expect(light).to_be_visible()
        frame = page.locator("#picture-output img").bounding_box()
        scale = min(frame["width"] / 1024, frame["height"] / 512)
        left, top, width, height = face.box
        lit = light.bounding_box()
        x = frame["x"] + frame["width"] / 2 + scale * (left - 512)
        y = frame["y"] + frame["height"] / 2 + scale * (top - 256)
        assert (lit["x"], lit["y"]) == pytest.approx((x, y), abs=2)
        assert (lit["width"], lit["height"]) == pytest.approx(
            (scale * width, scale * height), abs=2
        )
        card.locator(".fer-open").press("Enter")
        expect(light).to_be_hidden()


def test_another_threshold_gives_other_labels_and_leaves_the_open_card_open(open_page, two):
    page = open_page()
    page.set_input_files(UPLOAD, two)
    card = page.locator(".fer-card").nth(1)
    expect(card).not_to_contain_text(text.UNCERTAIN)
    card.locator(".fer-open").click()
    page.locator("#threshold summary").click()
    page.locator("#threshold input").fill("1")
    expect(card).to_contain_text(text.UNCERTAIN)
    expect(card.locator(".fer-open")).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#picture-output .fer-light")).to_be_visible()


def test_another_picture_clears_the_answer_at_once_and_says_that_it_works(
    open_page, astronaut, tmp_path, screenshot
):
    Image.new("RGB", (400, 300), "gray").save(tmp_path / "empty.png")
    page = open_page()
    page.set_input_files(UPLOAD, astronaut)
    expect(page.locator(".fer-card")).not_to_have_count(0)
    page.route("**/gradio_api/queue/join*", lambda route: None)  # which holds back all questions
    choose(page, tmp_path / "empty.png")
    expect(page.locator(".fer-card")).to_have_count(0)
    expect(page.locator("#picture-output img")).to_have_count(0)
    looking = page.get_by_role("status").get_by_text(text.PICTURE_LOOKING)
    expect(looking).to_be_visible()
    screenshot(page, "looking")
    page.unroute("**/gradio_api/queue/join*")
    expect(page.locator("#picture-faces")).to_contain_text("No face found")
    expect(looking).to_be_hidden()
    expect(page.locator("#picture-states .fer-said")).to_have_text(text.NO_FACE)


def test_the_visitors_picture_shows_until_the_marked_one_is_there(open_page, astronaut):
    page = open_page()
    page.route("**/*-faces.jpg", lambda route: None)  # which holds it back
    page.set_input_files(UPLOAD, astronaut)
    expect(page.locator(".fer-card")).not_to_have_count(0)
    output = page.locator("#picture-output")
    expect(output).to_have_css("background-image", re.compile("astronaut.png"))
    page.unroute("**/*-faces.jpg")
    wait_for_picture(page, "#picture-output img")
    expect(output).to_have_css("background-image", "none")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_lies_over_the_picture_when_it_fills_the_window(viewport, open_page, two):
    page = open_page(viewport)
    page.set_input_files(UPLOAD, two)
    wait_for_picture(page, "#picture-output img")
    page.locator("#picture-output").get_by_label(text.GRADIO["fullscreen"]).click()
    page.wait_for_function(
        """() => {
            const shares = [0.1, 0.5, 0.9];
            const at = (x, y) => document.elementFromPoint(x * innerWidth, y * innerHeight);
            const isPicture = (x, y) => at(x, y)?.closest("#picture-output");
            return shares.every((x) => shares.every((y) => isPicture(x, y)));
        }"""
    )


def test_of_two_pictures_in_quick_succession_the_last_is_answered(open_page, astronaut, two):
    page = open_page()
    page.set_input_files(UPLOAD, astronaut)
    wait_for_picture(page, "#picture-input img")
    for path in (two, astronaut, two):
        choose(page, path)
        wait_for_picture(page, "#picture-input img")
    saved = page.locator("#picture-faces a[download^=two]")
    expect(saved).not_to_have_count(0)
    expect(page.locator("#picture-faces a[download^=astronaut]")).to_have_count(0)


def choose(page, path):
    """Have the page take another picture while one is there."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=text.PICTURE_CHOOSE).click()
    chooser.value.set_files(path)


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped_onto_the_former_ones_answer(
    event, open_page, astronaut, two
):
    page = open_page()
    page.set_input_files(UPLOAD, astronaut)
    wait_for_picture(page, "#picture-output img")
    page.evaluate(
        """([kind, content]) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt());
            const files = new DataTransfer();
            files.items.add(new File([bytes], "two.png", { type: "image/png" }));
            const options = { bubbles: true, cancelable: true };
            const event = kind === "paste"
                ? new ClipboardEvent(kind, { clipboardData: files, ...options })
                : new DragEvent(kind, { dataTransfer: files, ...options });
            document.querySelector("#picture-output img").dispatchEvent(event);
        }""",
        [event, base64.b64encode(two.read_bytes()).decode()],
    )
    expect(page.locator("#picture-faces a[download^=two]")).not_to_have_count(0)


def test_a_snapshot_of_the_camera_is_recognised(open_page):
    page = open_page()
    page.get_by_role("button", name=text.PICTURE_CAMERA).click()
    page.locator("#picture-input").get_by_text(text.WEBCAM["start"]).click()
    page.get_by_role("button", name=text.GRADIO["capture"]).click()
    wait_for_picture(page, "#picture-output img")
    expect(page.locator("#picture-faces .fer-note")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tab_breaks_no_rule_of_axe(scheme, open_page, two):
    if not AXE.is_file():
        pytest.skip("axe-core is not here: `npm ci` fetches it")
    page = open_page(scheme=scheme)
    expect(page.get_by_role("button", name=text.PICTURE_PLACEHOLDER)).to_be_visible()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = "axe.run('#picture').then((found) => found.violations.map(({ id }) => id))"
    assert page.evaluate(rules) == []
    page.set_input_files(UPLOAD, two)
    page.locator(".fer-open").first.click()
    wait_for_picture(page, "#picture-output img")
    assert page.evaluate(rules) == []


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


def test_the_faces_can_be_saved_as_picture_json_and_csv(open_page, astronaut, recognizer):
    page = open_page()
    page.set_input_files(UPLOAD, astronaut)
    wait_for_picture(page, "#picture-output img")
    stem = dated_stem("astronaut.png", date.today())
    saved = {}
    for kind, name in {
        "Picture": f"{stem}-faces.jpg",
        "JSON": f"{stem}-faces.json",
        "CSV": f"{stem}-toy-threshold-0.125.csv",
    }.items():
        with page.expect_download() as download:
            page.locator("#picture-faces").get_by_role("link", name=kind).click()
        assert download.value.suggested_filename == name
        saved[kind] = Path(download.value.path()).read_bytes()
    faces = recognizer(data.astronaut())
    described = json.loads(saved["JSON"])["faces"]
    assert [face["label"] for face in described] == [face.label for face in faces]
    assert {face["source"] for face in described} == {"astronaut.png"}
    assert len(saved["CSV"].splitlines()) == 1 + len(faces)
    with Image.open(BytesIO(saved["Picture"])) as marked:
        assert marked.size == (512, 512)


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
    page.get_by_role("button", name=f"{text.EXAMPLES} 1").click()
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

    page.get_by_label(text.GRADIO["remove"]).click()
    page.set_input_files(UPLOAD, tmp_path / "wrong.png")
    expect(page.get_by_test_id("toast-body")).to_contain_text("wrong.png is not a picture")
    expect(page.locator(".fer-card")).to_have_count(0)
    expect(page.locator("#picture-input img")).to_have_count(0)  # which would look broken
    expect(page.locator("#picture-faces")).to_contain_text("wrong.png is not a picture")
    screenshot(page, "wrong-file")

    page.set_input_files(UPLOAD, astronaut)
    expect(page.locator(".fer-card")).not_to_have_count(0)


def test_the_footer_tells_what_the_model_file_says(open_page, recognizer):
    footer = open_page().locator("#fer-footer")
    card = recognizer.card
    for fact in (card.model, card.git_commit[:8], card.data_hash[:8], recognizer.detector_name):
        expect(footer).to_contain_text(fact)
    expect(footer).to_contain_text(f"{100 * card.test.accuracy:.1f} %")


@pytest.mark.parametrize("locale", ["de-AT", "fr-FR", "ar-EG", "zh-TW"])
def test_the_page_speaks_the_visitors_language(locale, open_page, astronaut, screenshot):
    page = open_page(locale=locale)
    with text.speaking(text.best_language(locale)):
        expect(page.locator(".fer-title")).to_contain_text(text.TAGLINE)
        expect(page.locator("#fer-footer")).to_contain_text(text.FOOTER_CAUTION.format(minutes=60))
        expect(page.locator("#picture-states")).to_contain_text(text.NOTHING_YET)
        page.set_input_files(UPLOAD, astronaut)
        expect(page.locator("#picture-faces")).to_contain_text(text.emotion("happy"))
        expect(page.locator("#picture-input")).to_contain_text(text.PICTURE_INPUT)
        screenshot(page, f"language-{locale}")
        page.get_by_role("tab", name=text.WEBCAM_TAB).click()
        expect(page.locator("#webcam [data-part=start]")).to_have_text(text.WEBCAM["start"])
    direction = page.locator(".fer-title h1").evaluate("it => getComputedStyle(it).direction")
    assert direction == ("rtl" if locale == "ar-EG" else "ltr")
