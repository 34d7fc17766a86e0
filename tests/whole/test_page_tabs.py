"""The tabs' addresses, in real Chromium."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import OVERFLOW
from tests.serving import serve
from web import text

ASKED_FOR_CAMERA = """
navigator.mediaDevices.getUserMedia = () => { throw new Error("The camera was asked for."); };
"""


def opened(page, name, address):
    """Wait until the tab of that name is open, and the page's title and address say so."""
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
    expect(page).to_have_title(f"{name} \N{EN DASH} FER System")
    expect(page).to_have_url(re.compile(f"/{re.escape(address)}$"))


def test_a_tab_has_an_address_that_a_reload_keeps_and_back_goes_over(open_page, address):
    page = open_page()
    opened(page, "Picture", "")
    for name in ("Video", "Model"):
        page.get_by_role("tab", name=name).click()
        opened(page, name, f"#{name.lower()}")
    page.reload()
    opened(page, "Model", "#model")
    expect(page.locator("#model-card")).to_contain_text(text.TEXTS["en"]["MACRO_F1"])
    page.go_back()
    opened(page, "Video", "#video")
    page.go_back()
    opened(page, "Picture", "")
    page.go_forward()
    opened(page, "Video", "#video")


def test_an_address_opens_its_tab_and_an_unknown_one_the_first(open_page, address):
    page = open_page()
    page.goto(f"{address}?__theme=dark#folder")
    opened(page, "Folder", "?__theme=dark#folder")
    page.evaluate("location.hash = '#elsewhere'")
    opened(page, "Picture", "?__theme=dark#elsewhere")


def test_the_webcams_address_starts_no_camera(open_page, address):
    page = open_page()
    page.add_init_script(ASKED_FOR_CAMERA)
    page.goto(f"{address}#webcam")
    page.reload()
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    opened(page, "Webcam", "#webcam")
    assert page.locator("#webcam video").evaluate("it => it.srcObject") is None


def test_the_description_of_the_api_leaves_the_tabs_address_as_it_was(open_page):
    page = open_page()
    page.get_by_role("tab", name="Model").click()
    page.get_by_role("button", name="Use via API").click()
    page.locator(".api-docs .backdrop").click(position={"x": 5, "y": 5})
    opened(page, "Model", "#model")


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("locale", ["de-AT", "fr-FR", "ar-EG"])
def test_every_tab_is_in_reach_of_a_thumb(width, locale, open_page):
    page = open_page({"width": width, "height": 700}, locale=locale)
    words = text.TEXTS[text.best_language(locale)]
    for name in ("PICTURE", "WEBCAM", "VIDEO", "FOLDER", "MODEL"):
        tab = page.get_by_role("tab", name=words[f"{name}_TAB"], exact=True)
        expect(tab).to_be_in_viewport(ratio=1)
        assert tab.bounding_box()["height"] >= 44
    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"


def test_the_footer_is_plain_words_with_the_details_folded_up(open_page, recognizer, screenshot):
    page = open_page()
    footer = page.locator("#fer-footer")
    expect(footer.get_by_text("not what a person feels")).to_be_visible()
    expect(footer.get_by_text("deleted after at most 60 minutes")).to_be_visible()
    expect(footer.get_by_text("Git commit")).to_be_hidden()
    footer.get_by_text("Technical details").click()
    expect(footer.get_by_text(recognizer.card.git_commit[:8])).to_be_visible()
    expect(footer).to_contain_text("Haar cascade")
    screenshot(page, "footer")
    footer.get_by_role("link", name="What it can and cannot do").click()
    opened(page, "Model", "#model")
    expect(page.get_by_role("tablist")).to_be_in_viewport()


def test_a_login_leads_to_the_tab_that_was_asked_for(browser, model_path):
    with (
        serve(model_path, "--auth", "ann:secret") as (address, _),
        browser.new_context(locale="en-US") as context,
    ):
        page = context.new_page()
        page.goto(f"{address}#model")
        page.get_by_label("User").fill("ann")
        page.get_by_label("Password").fill("secret")
        page.get_by_role("button", name="Log in").click()
        opened(page, "Model", "#model")
