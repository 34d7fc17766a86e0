"""The video tab as people see it: real Chromium, real clicks."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browsing import DESKTOP, OVERFLOW, PHONE, SECOND
from tests.clips import face_picture, steady, write_clip, write_song
from tests.serving import serve


def open_video_tab(page, video):
    page.get_by_role("tab", name="Video").click()
    page.set_input_files("#video-input input[type=file]", video)
    # The upload has ended when the page has an address for it.
    page.wait_for_selector("#video-input video[src]", state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_video_comes_back_playing_with_a_timeline_and_tables(
    viewport, scheme, open_page, recognizer, screenshot, tmp_path
):
    page = open_page(viewport, scheme)
    open_video_tab(page, write_clip(tmp_path / "clip.mp4", steady(20), sound="aac"))
    page.get_by_role("button", name="Find faces").click()

    row = page.locator("#video-faces .fer-film-row")
    expect(row).to_have_count(1)
    expect(row.locator("svg path")).to_have_count(len(recognizer.classes))
    face = page.locator("#video-faces .fer-film-faces li")
    expect(face).to_have_count(1)
    shares = re.findall(r"(\d+)\N{NO-BREAK SPACE}%", face.inner_text())
    assert sum(map(float, shares)) == pytest.approx(100, abs=3)
    expect(page.locator("#video-status")).to_contain_text("One face in a video of 0:02 minutes.")
    expect(page.get_by_role("button", name="Cancel")).to_be_disabled()
    expect(page.get_by_role("button", name="Find faces")).to_be_enabled()

    played = page.locator("#video-output video")
    played.evaluate("it => { it.muted = true; return it.play() }")
    page.wait_for_function("() => document.querySelector('#video-output video').currentTime > 0.5")
    assert played.evaluate("it => [it.videoWidth, it.videoHeight]") == [320, 240]
    screenshot(page, f"video-{'phone' if viewport is PHONE else 'desktop'}-{scheme}")

    saved = {"CSV": "clip-faces-toy-threshold-0.125.csv", "JSON": "clip-faces.json"}
    for kind, name in saved.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Table ({kind})").click()
        assert download.value.suggested_filename == name
    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"


def test_the_graph_goes_with_the_player_and_leads_it_by_mouse_and_keyboard(open_page, tmp_path):
    page = open_page()
    open_video_tab(page, write_clip(tmp_path / "clip.mp4", steady(40)))
    page.get_by_role("button", name="Find faces").click()
    graph = page.get_by_role("slider", name="The emotions of each face")
    expect(graph).to_have_attribute("aria-valuemax", "4.0")
    played = page.locator("#video-output video")
    page.wait_for_function("() => document.querySelector('#video-output video').readyState > 0")

    def at():
        return played.evaluate("it => it.currentTime")

    drawn = graph.locator("svg").bounding_box()
    page.mouse.click(drawn["x"] + drawn["width"] / 2, drawn["y"] + drawn["height"] / 2)
    assert at() == pytest.approx(2, abs=0.1)
    expect(graph).to_have_attribute("aria-valuetext", re.compile("^0:0[12].*Face 1: "))
    expect(page.locator(".fer-film-moment")).to_contain_text("Face 1: ")

    for key, expected in [("ArrowRight", 3), ("ArrowLeft", 2), ("Home", 0), ("ArrowLeft", 0)]:
        graph.press(key)
        assert at() == pytest.approx(expected, abs=0.1)
    head = page.locator(".fer-film-head")
    first = head.bounding_box()["x"]
    played.evaluate("it => { it.muted = true; it.loop = true; return it.play() }")
    page.wait_for_function(
        "x => document.querySelector('.fer-film-head').getBoundingClientRect().x > x + 20",
        arg=first,
    )
    played.evaluate("it => { it.loop = false; it.pause(); it.currentTime = 1 }")
    expect(graph).to_have_attribute("aria-valuenow", "1.0")
    graph.press("End")
    assert at() == pytest.approx(4, abs=0.1)


# How often the graph's line was moved in each frame that the browser drew.
MOVES = """it => {
  const moves = (window.moves = {}), style = it.style, set = style.setProperty;
  style.setProperty = (...given) => {
    const frame = document.timeline.currentTime;
    moves[frame] = (moves[frame] ?? 0) + 1;
    set.apply(style, given);
  };
}"""


def test_the_graph_follows_the_player_at_the_same_cost_however_long_it_plays(open_page, tmp_path):
    page = open_page()
    open_video_tab(page, write_clip(tmp_path / "clip.mp4", steady(40)))
    page.get_by_role("button", name="Find faces").click()
    graph = page.get_by_role("slider", name="The emotions of each face")
    expect(graph).to_have_attribute("aria-valuemax", "4.0")
    page.wait_for_function("() => document.querySelector('#video-output video').readyState > 0")
    graph.evaluate(MOVES)
    played = page.locator("#video-output video")
    played.evaluate("it => { it.muted = true; return it.play() }")
    page.wait_for_function("() => document.querySelector('#video-output video').currentTime > 3")
    most = page.evaluate("() => Math.max(...Object.values(window.moves))")
    assert 1 <= most <= 3  # by the frame itself, and by news of the player in it


def test_a_video_tells_how_far_it_is_and_can_be_cancelled(
    open_page, temporary, screenshot, tmp_path
):
    long = write_clip(tmp_path / "long.mp4", steady(1500), face_picture(1280, 720))
    short = write_clip(tmp_path / "short.mp4", steady(5))
    page = open_page()
    before = set(temporary.glob("*/video-*"))
    open_video_tab(page, long)
    page.get_by_role("button", name="Find faces").click()
    status = page.locator("#video-status")
    expect(status.locator("progress[value]")).to_be_visible()
    expect(status).to_contain_text("left")
    expect(page.get_by_role("button", name="Find faces")).to_be_disabled()
    (working,) = set(temporary.glob("*/video-*")) - before
    screenshot(page, "video-progress")

    page.get_by_role("button", name="Cancel").click()
    expect(status).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="Cancel")).to_be_disabled()
    page.get_by_label("Clear").click()
    open_video_tab(page, short)
    page.get_by_role("button", name="Find faces").click()
    expect(status).to_contain_text("One face in a video")  # one at a time: the other has ended
    assert not working.exists()


def test_videos_wait_for_each_other_and_a_visitor_who_leaves_ends_the_work(
    open_page, temporary, tmp_path
):
    before = set(temporary.glob("*/video-*"))
    first = open_page()
    open_video_tab(first, write_clip(tmp_path / "a.mp4", steady(1500), face_picture(1280, 720)))
    first.get_by_role("button", name="Find faces").click()
    expect(first.locator("#video-status progress[value]")).to_be_visible()
    (working,) = set(temporary.glob("*/video-*")) - before

    second = open_page()
    open_video_tab(second, write_clip(tmp_path / "b.mp4", steady(5)))
    second.get_by_role("button", name="Find faces").click()
    expect(second.locator("#video-status")).to_contain_text("waits for its turn")
    first.close()
    expect(second.locator("#video-status")).to_contain_text("One face in a video")
    assert not working.exists()


def test_a_video_that_waits_can_be_cancelled(open_page, tmp_path):
    first, second = open_page(), open_page()
    open_video_tab(first, write_clip(tmp_path / "a.mp4", steady(1500), face_picture(1280, 720)))
    first.get_by_role("button", name="Find faces").click()
    expect(first.locator("#video-status progress[value]")).to_be_visible()
    open_video_tab(second, write_clip(tmp_path / "b.mp4", steady(5)))
    second.get_by_role("button", name="Find faces").click()
    expect(second.locator("#video-status")).to_contain_text("waits for its turn")
    second.get_by_role("button", name="Cancel").click()
    expect(second.locator("#video-status")).to_contain_text("Cancelled")
    first.get_by_role("button", name="Cancel").click()
    expect(first.locator("#video-status")).to_contain_text("Cancelled")

    second.get_by_role("button", name="Find faces").click()
    expect(second.locator("#video-status")).to_contain_text("One face in a video")


def test_what_is_no_video_is_refused_by_a_sentence_on_the_page(open_page, screenshot, tmp_path):
    page = open_page()
    open_video_tab(page, write_song(tmp_path / "song.mp4"))
    page.get_by_role("button", name="Find faces").click()
    expect(page.get_by_test_id("toast-body")).to_contain_text("no moving pictures")
    expect(page.locator("#video-status")).to_contain_text("no moving pictures")
    expect(page.get_by_role("button", name="Find faces")).to_be_enabled()
    screenshot(page, "video-wrong")


def test_what_is_made_of_a_video_is_deleted_in_time(browser, model_path, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(5))
    with (
        serve(model_path, "--keep=0.2", TMPDIR=str(tmp_path)) as (address, _),
        browser.new_context(locale="en-US") as context,
    ):
        page = context.new_page()
        page.goto(address)
        open_video_tab(page, clip)
        page.get_by_role("button", name="Find faces").click()
        expect(page.locator("#video-output video")).to_be_visible()
        last = time.monotonic() + 60
        while made := list(tmp_path.glob("*/video-*/*")):
            assert time.monotonic() < last, f"{made} is still there"
            page.wait_for_timeout(SECOND)
