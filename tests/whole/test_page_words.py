"""What Gradio says in English alone, said in the visitor's language; in real Chromium."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import UPLOAD
from tests.whole.test_page_folder import FILES, SAID
from web import text
from web.page import GRADIOS_WORDS

LOCALES = ["de-AT", "ar-EG", "zh-CN", "hi-IN"]
BEGUN = "#threshold details:not([hidden])"  # what the tab fetches has come
REFUSE_CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("Permission denied", "NotAllowedError");
};
"""


def words_of(locale):
    return text.TEXTS[text.best_language(locale)]


def expect_told(page, title, sentence):
    toast = page.get_by_test_id("toast-body").last
    expect(toast.locator(".toast-title")).to_contain_text(title)  # and how many, from two on
    expect(toast.get_by_test_id("toast-text").last).to_have_text(sentence)


def test_every_word_has_its_place_in_the_script():
    script = GRADIOS_WORDS.read_text(encoding="utf-8")
    for name in text.TEXTS["en"]["GRADIO"]:
        assert f'"{name}"]' in script, name


@pytest.mark.parametrize("locale", LOCALES)
def test_a_file_that_is_refused_in_the_browser_is_refused_in_the_visitors_language(
    locale, open_page, tmp_path, screenshot
):
    words, page = words_of(locale), open_page(locale=locale)
    page.wait_for_selector(UPLOAD, state="attached")
    letter = {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear all"}
    page.set_input_files(UPLOAD, letter)
    sentence = words["GRADIO"]["noPicture"].format(files="letter.txt")
    expect_told(page, words["ERROR"], sentence)
    screenshot(page, f"refused-{locale}")
    page.get_by_role("tab", name=words["FOLDER_TAB"]).click()
    with (tmp_path / "huge.zip").open("wb") as file:
        file.truncate(210_000_000)
    page.set_input_files(FILES, tmp_path / "huge.zip")
    sentence = words["FOLDER_CHOOSER"]["tooLarge"].format(size=210, limit=200)
    expect(page.locator(SAID)).to_have_text(sentence)


def test_a_video_that_the_browser_cannot_play_is_told_in_the_visitors_language(open_page, tmp_path):
    words, page = words_of("de-AT"), open_page(locale="de-AT")
    (tmp_path / "text.mp4").write_bytes(b"This is not a video.")
    page.get_by_role("tab", name=words["VIDEO_TAB"]).click()
    page.set_input_files("#video-input input[type=file]", tmp_path / "text.mp4")
    expect_told(page, words["ERROR"], words["GRADIO"]["unplayable"])


def test_a_server_that_cannot_be_reached_is_told_in_the_visitors_language(open_page, astronaut):
    words, page = words_of("de-AT"), open_page(locale="de-AT")
    page.wait_for_selector(UPLOAD, state="attached")
    page.wait_for_selector(BEGUN, state="attached")
    page.context.set_offline(True)
    page.set_input_files(UPLOAD, astronaut)
    expect_told(page, words["ERROR"], words["GRADIO"]["unreachable"])


@pytest.mark.parametrize(
    ("tab", "part", "script"),
    [
        ("WEBCAM_TAB", "#webcam", "webcam/main.js"),
        ("FOLDER_TAB", "#folder-chooser", "folder/chooser.js"),
        ("PICTURE_TAB", "#threshold", "webcam/threshold.js"),
    ],
)
def test_a_part_of_the_page_that_did_not_arrive_is_told(tab, part, script, open_page, screenshot):
    words, page = words_of("de-AT"), open_page(locale="de-AT")
    page.route(f"**/{script}", lambda route: route.abort())
    page.reload()
    page.get_by_role("tab", name=words[tab]).click()
    told = page.locator(part).get_by_role("alert")
    expect(told).to_have_text(words["GRADIO"]["incomplete"])
    screenshot(page, f"missing-{tab}")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_camera_refused_to_the_picture_tab_is_told_in_the_visitors_language(
    locale, open_page, address, screenshot
):
    words, page = words_of(locale)["WEBCAM"], open_page(locale=locale)
    page.add_init_script(REFUSE_CAMERA)
    page.reload()
    page.locator("#picture-input .source-selection button").nth(1).click()
    page.get_by_role("button", name=words["start"]).click()
    expect(page.locator("#picture-input").get_by_role("alert")).to_have_text(words["denied"])
    screenshot(page, f"camera-refused-{locale}")


def test_buttons_of_gradios_have_names_in_the_visitors_language(open_page, astronaut):
    page = open_page(locale="de-AT")
    page.wait_for_selector(UPLOAD, state="attached")
    page.set_input_files(UPLOAD, astronaut)
    expect(page.get_by_role("button", name=words_of("de-AT")["GRADIO"]["remove"])).to_be_visible()
    named = page.locator("[aria-label], [title]")
    told = " ".join(named.evaluate_all("all => all.map((it) => it.ariaLabel + it.title)"))
    assert not re.search(r"Remove|Fullscreen|Close|upload|Empty", told), told
