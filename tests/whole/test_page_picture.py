"""The picture and model tabs as people see them: real Chromium, real clicks."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import expect
from skimage import data

from fer_system import Recognizer
from tests.browsing import DESKTOP, OVERFLOW, PHONE, UPLOAD, wait_for_picture
from tests.serving import with_both_detectors
from web import text


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


@with_both_detectors
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
    for kind, name in (("JSON", "faces.json"), ("CSV", "faces-toy-threshold-0.125.csv")):
        with page.expect_download() as download:
            page.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename == name
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


@pytest.mark.parametrize("locale", ["de-AT", "fr-FR", "ar-EG", "zh-TW"])
def test_the_page_speaks_the_visitors_language(locale, open_page, astronaut, screenshot):
    page = open_page(locale=locale)
    with text.speaking(text.best_language(locale)):
        expect(page.locator(".fer-title")).to_contain_text(text.TAGLINE)
        expect(page.locator("#fer-footer")).to_contain_text(text.FOOTER_CAUTION.format(minutes=60))
        expect(page.locator("#picture-faces")).to_contain_text(text.NOTHING_YET)
        page.set_input_files(UPLOAD, astronaut)
        expect(page.locator("#picture-faces")).to_contain_text(text.emotion("happy"))
        expect(page.locator("#picture-input")).to_contain_text(text.PICTURE_INPUT)
        screenshot(page, f"language-{locale}")
        page.get_by_role("tab", name=text.WEBCAM_TAB).click()
        expect(page.locator("#webcam [data-part=start]")).to_have_text(text.WEBCAM["start"])
    direction = page.locator(".fer-title h1").evaluate("it => getComputedStyle(it).direction")
    assert direction == ("rtl" if locale == "ar-EG" else "ltr")
