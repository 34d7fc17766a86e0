"""The page's one threshold, in real Chromium: the same for every tab, and kept for the visit."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import DESKTOP, OVERFLOW, PHONE, UPLOAD
from tests.clips import steady, write_clip
from tests.whole.test_page_folder import FILES, tab_of
from tests.whole.test_page_video import open_video_tab
from web import text

UNCERTAIN = text.TEXTS["en"]["UNCERTAIN"]


def open_settings(page):
    page.locator("#threshold summary").click()
    return page.get_by_role("slider", name="How sure the network must be")


def test_a_choice_counts_at_once_for_the_picture_shown_and_can_be_undone(open_page, astronaut):
    page = open_page()
    page.set_input_files(UPLOAD, astronaut)
    cards = page.locator("#picture-faces")
    expect(cards).to_contain_text(text.emotion("happy"))
    expect(cards).not_to_contain_text(UNCERTAIN)

    open_settings(page).fill("1")
    expect(page.locator("#threshold summary")).to_contain_text("100")
    expect(cards).to_contain_text(UNCERTAIN)

    page.get_by_role("button", name="Back to the measured").click()
    expect(cards).not_to_contain_text(UNCERTAIN)
    expect(page.locator("#threshold summary")).to_contain_text("13")
    expect(page.get_by_role("button", name="Back to the measured")).to_be_disabled()


def test_a_choice_counts_in_every_tab_and_for_the_visit(open_page, astronaut, tmp_path):
    page = open_page()
    page.set_input_files(UPLOAD, astronaut)
    expect(page.locator("#picture-faces")).to_contain_text(text.emotion("happy"))
    open_settings(page).fill("0.97")
    page.reload()
    expect(page.locator("#threshold summary")).to_contain_text("97")
    page.set_input_files(UPLOAD, astronaut)
    expect(page.locator(".fer-downloads a").last).to_have_attribute(
        "download", re.compile("astronaut-.*-toy-threshold-0.97.csv")
    )
    open_video_tab(page, write_clip(tmp_path / "clip.mp4", steady(5)))
    page.get_by_role("button", name="Find faces").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()
    assert download.value.suggested_filename == "clip-faces-toy-threshold-0.97.csv"
    tab_of(page).set_input_files(FILES, astronaut)
    with page.expect_download() as download:
        page.locator("[data-save=csv]").click()
    assert download.value.suggested_filename.endswith("-toy-threshold-0.97.csv")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("locale", ["de-AT", "ar-EG"])
def test_the_settings_are_explained_in_the_visitors_language(
    locale, viewport, open_page, screenshot
):
    words = text.TEXTS[text.best_language(locale)]["THRESHOLD"]
    page = open_page(viewport, locale=locale)
    page.locator("#threshold summary").click()
    expect(page.locator("#threshold")).to_contain_text(words["means"])
    expect(page.get_by_role("slider", name=words["label"])).to_be_visible()
    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"
    screenshot(page, f"threshold-{locale}-{'phone' if viewport is PHONE else 'desktop'}")
