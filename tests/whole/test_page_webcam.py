"""The webcam tab as people see it: real Chromium, its camera fed from a clip."""

import csv
import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect
from skimage import data

from fer_system import Face
from fer_system.records import csv_header, csv_row, csv_text, describe_face
from tests.browsing import DESKTOP, OVERFLOW, PHONE, SECOND, UPLOAD
from tests.proxy import proxied
from tests.serving import serve
from tests.tracks import TRACKS
from web import text


def open_webcam(page):
    page.get_by_role("tab", name="Webcam").click()
    page.get_by_role("button", name="Start the camera").click()


def saved_rows(page):
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save CSV").click()
    return list(csv.DictReader(saved.value.path().read_text(encoding="utf-8").splitlines()))


def count_answers(page):
    """From now on; read it with ANSWERS."""
    page.evaluate(
        "() => { window.answers = 0; document.addEventListener('answer', () => answers++, true) }"
    )


AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ANSWERS = "window.answers"
DRAWN = "() => document.querySelector('#webcam [data-name^=plate]') !== null"

CLICK_WHEN_DRAWN = f"""async (button) => {{
  while (!({DRAWN})()) await new Promise(requestAnimationFrame);
  button.click();
}}"""


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
    expect(page.locator("#webcam [data-part=speed]")).to_contain_text("Answers a second")
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
    began = datetime.now(timezone.utc) - timedelta(seconds=60)
    page.wait_for_function(f"{ANSWERS} > 20")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save CSV").click()
    name = saved.value.suggested_filename
    assert re.fullmatch(r"webcam-[\dT-]{19}-toy-threshold-0\.\d+\.csv", name), name
    saved.value.save_as(tmp_path / "session.csv")
    with (tmp_path / "session.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 5
    assert list(rows[0]) == csv_header(recognizer.classes)
    for row in rows:
        shares = {name: float(row[name]) for name in recognizer.classes}
        assert sum(shares.values()) == pytest.approx(1, abs=0.01)
        assert float(row["confidence"]) == shares[row["label"]] == max(shares.values())
        assert row["uncertain"] in ("0", "1")
        assert (row["source"], row["quality"], row["error"]) == ("webcam", "", "")
    times = [datetime.strptime(row["time"], "%Y-%m-%dT%H:%M:%S.%f%z") for row in rows]
    assert times == sorted(times)
    assert began <= times[0] <= times[-1] <= datetime.now(timezone.utc)
    # In pixels of the camera's 640 x 480, where the astronaut is 480 high, and then smaller.
    (face,) = recognizer(Image.fromarray(data.astronaut()).resize((480, 480)))
    assert max(int(row["width"]) for row in rows) == pytest.approx(face.box[2], abs=15)

    page.wait_for_function(f"!({DRAWN})()")
    with page.expect_download() as saved:  # of a face that has just come and stays for two seconds
        page.get_by_role("button", name="Save picture").evaluate(CLICK_WHEN_DRAWN)
    saved.value.save_as(tmp_path / "picture.png")
    picture = Image.open(tmp_path / "picture.png")
    assert picture.size == (640, 480)
    assert len(picture.getcolors(1 << 20)) > 100


def test_the_browser_writes_a_table_as_the_library_does(open_page, address):
    classes = ["happy", "=cmd()", 'so, "called"', "two\nlines"]
    cells = ["webcam", "2026-01-02T03:04:05.678Z", 1, 2, 3, 40, 50, "@SUM(1)", 0.5, 0, "", ""]
    rows = [[*cells, 0.5, 0.25, 0.125, 0.125, ""], [*cells, 1, 0, 0, 0, "-1\t"]]
    written = open_page().evaluate(
        "async ([at, state]) => (await import(`${at}webcam/record.js`)).csv(state)",
        [address, {"classes": classes, "record": {"rows": rows}}],
    )
    assert written == csv_text([csv_header(classes), *rows])


def test_a_face_is_the_same_row_in_the_browser_and_in_the_library(open_page, address):
    classes = ["happy", "sehr müde", "驚いた"]
    shares = ([1.0, 0.0, 0.0], [0.33335, 0.33333, 0.33332], [0.00004, 0.0001, 0.99986])
    faces = [
        Face((1, 2, 30, 40), dict(zip(classes, share, strict=True)), score, 0.5, quality=notes)
        for share, score, notes in zip(
            shares, (1.0, None, 0.87654), ((), ("small", "dark"), ()), strict=True
        )
    ]
    records = [describe_face(face, 7, "webcam") for face in faces]
    state = {
        "classes": classes,
        "faces": records,
        "record": {"rows": [], "moments": []},
        "sentWidth": 640,
        "video": {"videoWidth": 640},
    }
    written = open_page().evaluate(
        """async ([at, state]) => {
            const { record, csv } = await import(`${at}webcam/record.js`);
            record(state, 0);
            return csv(state);
        }""",
        [address, state],
    )
    rows = [line.split(",") for line in written.split("\r\n")]
    expected = csv_text([csv_header(classes), *map(csv_row, records)])
    for row in rows[1:-1]:
        row[1] = ""  # the time of day, which pictures have none of
    assert "\r\n".join(",".join(row) for row in rows) == expected


def test_the_browser_follows_faces_as_the_library_does(subtests, open_page, address):
    page = open_page()
    for track in json.loads(TRACKS.read_text(encoding="utf-8")):
        with subtests.test(track["name"]):
            tracked = page.evaluate(FOLLOW, [address, track])
            for told, picture in zip(tracked, track["pictures"], strict=True):
                for face, expected in zip(told, picture["tracked"], strict=True):
                    shares = expected.pop("probabilities")
                    assert face["probabilities"] == pytest.approx(shares, abs=1e-5)
                    assert {name: face[name] for name in expected} == pytest.approx(expected)


FOLLOW = """async ([address, { pictures, threshold }]) => {
  const { Tracker } = await import(`${address}webcam/tracker.js`);
  const tracker = new Tracker();
  return pictures.map(({ time, faces }) => tracker.update(faces, time, threshold));
}"""


def test_a_face_that_leaves_is_missed_and_found_again(open_page):
    page = open_page()
    open_webcam(page)
    status = page.locator("#webcam [data-part=status]")
    page.wait_for_function(DRAWN)
    expect(status).to_contain_text("No face found")
    page.wait_for_function(DRAWN)
    expect(status).to_be_hidden()


SLOW_ENCODING = """() => {
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (...message) {
    setTimeout(() => post.apply(this, message), 300);
  };
}"""


def test_a_paused_webcam_sends_nothing_until_it_goes_on(open_page):
    page = open_page()
    page.evaluate(SLOW_ENCODING)  # a picture is being encoded when "Pause" is pressed
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


DELAY_REQUESTS = """(delays) => {
  const sending = window.fetch;
  let [sent, underWay] = [0, 0];
  window.most = 0;
  window.fetch = async (...request) => {
    if (!request[0].includes?.("/live?")) return sending(...request);
    window.most = Math.max(window.most, ++underWay);
    await new Promise((done) => setTimeout(done, delays[sent++ % delays.length]));
    return sending(...request).finally(() => underWay--);
  };
}"""


@pytest.mark.parametrize(
    ("delays", "most"),
    [([60], 2), ([60, 0], 1)],  # far from 200 ms, from which on a third would be
    ids=["a slow link", "a fast link of a busy computer"],
)
def test_a_second_picture_is_under_way_where_the_link_is_slow(delays, most, open_page):
    page = open_page()
    count_answers(page)
    page.evaluate(DELAY_REQUESTS, delays)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 30")
    assert page.evaluate("window.most") == most


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
    page.get_by_text("Settings").click()
    for threshold, uncertain in (("1", "1"), ("0", "0")):
        page.get_by_label("How sure").fill(threshold)
        changed = page.evaluate("new Date().toISOString()")
        while (last := saved_rows(page)[-1])["time"] <= changed:
            page.wait_for_timeout(200)  # the camera shows no face for a while
        assert last["uncertain"] == uncertain


def test_the_webcam_goes_on_after_the_server_was_gone(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    status = page.locator("#webcam [data-part=status]")
    page.context.set_offline(True)
    expect(status).to_contain_text("does not answer")
    expect(page.locator("#webcam [data-part=speed]")).to_be_empty()
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


def test_a_camera_that_is_plugged_in_again_goes_on_and_no_other_does(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    status = page.locator("#webcam [data-part=status]")
    # A browser's fake camera cannot be unplugged: here is what a page gets to know of a real one.
    page.evaluate("window.cameras = navigator.mediaDevices.enumerateDevices()")
    plug = """other => {
        navigator.mediaDevices.enumerateDevices = async () =>
            other ? [{ kind: "videoinput", deviceId: other, label: "" }] : window.cameras;
        navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    }"""
    page.locator("#webcam video").evaluate(
        "it => it.srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
    )
    page.evaluate(plug, "another one")
    expect(page.locator("#webcam option")).to_have_attribute("value", "another one")
    expect(status).to_contain_text("camera is gone")
    before = page.evaluate(ANSWERS)
    page.evaluate(plug, None)
    page.wait_for_function(f"{ANSWERS} > {before}")


def test_an_impatient_visitor_starts_one_camera(open_page):
    page = open_page()
    page.evaluate("""() => {
        window.started = [];
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
            const stream = await ask(wanted);
            window.started.push(stream);
            return stream;
        };
    }""")
    page.get_by_role("tab", name="Webcam").click()
    page.get_by_role("button", name="Start the camera").dblclick()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    assert page.evaluate("started.every((it) => !it.active)"), "a camera stays on"


def test_the_webcam_is_used_by_the_keyboard_alone(open_page):
    page = open_page()
    page.get_by_role("tab", name="Webcam").click()
    page.get_by_role("button", name="Start the camera").press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Start the camera")).to_be_focused()


def test_an_upright_camera_has_an_upright_stage(open_page):
    page = open_page()
    open_webcam(page)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()  # the camera runs
    page.locator("#webcam video").evaluate(
        "it => it.srcObject.getVideoTracks()[0].applyConstraints({ width: 360, height: 480 })"
    )
    page.wait_for_function(
        """() => {
            const video = document.querySelector("#webcam video");
            const ratio = video.videoWidth / video.videoHeight;
            const { width, height } = video.getBoundingClientRect();
            return ratio < 1 && Math.abs(width / height - ratio) < 0.01;
        }"""
    )


def test_arabic_words_lie_on_their_plate(open_page):
    page = open_page(locale="ar-EG")
    page.get_by_role("tab", name=text.TEXTS["ar"]["WEBCAM_TAB"]).click()
    page.get_by_role("button", name=text.TEXTS["ar"]["WEBCAM"]["start"]).click()
    # White words on a dark plate that lets a fifth through; nothing of them is cut off at its ends.
    page.wait_for_function("""() => {
        const plate = document.querySelector("#webcam [data-name^=plate]");
        if (!plate) return false;
        const { width, height } = plate;
        const { data } = plate.getContext("2d").getImageData(0, 0, width, height);
        const isWhite = (at) => Math.min(data[at], data[at + 1], data[at + 2]) > 240;
        const columns = [];
        for (let at = 0; at < data.length; at += 4) if (isWhite(at)) columns.push((at / 4) % width);
        return columns.length && Math.min(...columns) > 2 && Math.max(...columns) < width - 3;
    }""")


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


def test_a_browser_that_cannot_encode_beside_the_page_is_told_so(open_page):
    page = open_page()
    page.evaluate("delete window.OffscreenCanvas")
    open_webcam(page)
    expect(page.locator("#webcam [data-part=status]")).to_contain_text("too old for the webcam")
    assert page.locator("#webcam video").evaluate("it => it.srcObject") is None


def test_a_video_of_the_stage_is_saved_and_plays(open_page, tmp_path):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    page.get_by_role("button", name="Record video").click()
    ends = page.get_by_role("button", name=re.compile(r"End and save \((2|3) s\)"))
    with page.expect_download() as saved:
        ends.click()
    name = saved.value.suggested_filename
    assert re.fullmatch(r"webcam-[\dT-]{19}-video\.(mp4|webm)", name), name
    saved.value.save_as(tmp_path / name)
    with av.open(str(tmp_path / name)) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert frames[0].shape == (480, 640, 3)
    assert len(frames) >= 10
    assert max(map(np.std, frames)) > 5  # the camera shows nothing but grey for a while
    expect(page.get_by_role("button", name="Record video")).to_be_visible()

    page.get_by_role("button", name="Record video").click()
    page.wait_for_timeout(SECOND)
    with page.expect_download():  # who stops the camera keeps what was recorded
        page.get_by_role("button", name="Stop", exact=True).click()


def test_the_timeline_tells_a_moment_by_pointer_and_keys(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 20")
    timeline, moment = page.get_by_role("slider", name="last minute"), "#webcam [data-part=moment]"
    expect(page.locator("#webcam [data-part=axis]")).to_have_text("-60 s-45 s-30 s-15 snow")
    box = timeline.bounding_box()
    timeline.hover(position={"x": box["width"] - 1, "y": 10})
    expect(page.locator(moment)).to_have_text(re.compile(r"^0 s ago: (\w+ \d+ %|no face)"))
    timeline.hover(position={"x": box["width"] / 2, "y": 10})
    expect(page.locator(moment)).to_have_text("30 s ago: no face")
    page.mouse.move(0, 0)
    expect(page.locator(moment)).to_be_empty()
    timeline.focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(moment)).to_contain_text("2 s ago: ")
    expect(timeline).to_have_attribute("aria-valuenow", "-2")
    expect(timeline).to_have_attribute("aria-valuetext", re.compile("^2 s ago: "))
    page.keyboard.press("Escape")
    expect(page.locator(moment)).to_be_empty()


def test_leaving_the_tab_turns_the_camera_off_and_coming_back_on(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    page.evaluate("window.track = document.querySelector('#webcam video').srcObject.getTracks()[0]")
    page.get_by_role("tab", name="Picture").click()
    page.wait_for_function("track.readyState === 'ended'")
    before = page.evaluate(ANSWERS)
    page.get_by_role("tab", name="Webcam").click()
    page.wait_for_function(f"{ANSWERS} > {before} + 2")
    # What is paused stays so: its camera goes off for good.
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("tab", name="Picture").click()
    page.get_by_role("tab", name="Webcam").click()
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    assert page.locator("#webcam video").evaluate("it => it.srcObject") is None


def test_the_tab_breaks_no_rule_of_axe(open_page):
    if not AXE.is_file():
        pytest.skip("axe-core is not here: `npm ci` fetches it")
    page = open_page()
    open_webcam(page)
    page.wait_for_function(DRAWN)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for moment in ("live", "stopped"):
        broken = page.evaluate("axe.run('#webcam').then((found) => found.violations)")
        told = [(each["id"], node["html"]) for each in broken for node in each["nodes"]]
        assert told == [], moment
        if moment == "live":
            page.get_by_role("button", name="Stop", exact=True).click()


# Whose bars are drawn, by the left edge of its box: the answers of the server are of two faces.
TWO_FACES = """() => {
  const answer = (face, left, width) => ({
    source: "webcam", face, left, top: 60, width, height: width, score: 0.9, quality: [],
    probabilities: { angry: 0, disgust: 0, fear: 0, happy: 1, neutral: 0, sad: 0, surprise: 0 },
  });
  const faces = [answer(1, 20, 90), answer(2, 280, 130)];
  const ask = window.fetch;
  window.fetch = async (address, options) =>
    String(address).includes("/live")
      ? new Response(JSON.stringify({ width: 448, height: 336, faces, milliseconds: 1 }))
      : ask(address, options);
}"""
BARS = """() => {
  const sheet = (name) => document.querySelector(`#webcam [data-name="${name}"]`);
  return ["box 1", "bars", "box 2"].map((name) => sheet(name).getBoundingClientRect().left);
}"""


def test_a_face_is_chosen_by_hand_and_by_the_keyboard(open_page):
    page = open_page()
    count_answers(page)
    page.evaluate(TWO_FACES)
    open_webcam(page)
    page.get_by_role("button", name="Mirror").click()
    page.wait_for_function(f"{ANSWERS} > 3")

    def has_bars(number):
        """Whether the bars stand nearer to that face."""
        left, bars, right = page.evaluate(BARS)
        return number == (1 if abs(bars - left) < abs(bars - right) else 2)

    assert has_bars(2)
    stage = page.locator("#webcam [data-part=overlay]")
    box = stage.bounding_box()
    scale = box["width"] / 448
    stage.click(position={"x": 60 * scale, "y": 100 * scale})
    assert has_bars(1)
    page.get_by_role("button", name="Next face").press("Enter")
    assert has_bars(2)
    stage.click(position={"x": 60 * scale, "y": 100 * scale})
    stage.click(position={"x": 220 * scale, "y": 300 * scale})  # nobody: the largest again
    assert has_bars(2)


# A camera whose picture is gone the moment it is wanted, twice of three times.
UNSTEADY = """() => {
  const Frame = VideoFrame;
  let times = 0;
  window.VideoFrame = function (...all) {
    times += 1;
    if (times % 3) throw new DOMException("The picture is gone", "InvalidStateError");
    return new Frame(...all);
  };
}"""


def test_a_picture_that_is_gone_is_no_reason_to_miss_the_next_one(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    page.evaluate(UNSTEADY)
    before = page.evaluate(ANSWERS)
    page.wait_for_function(f"{ANSWERS} > {before} + 5")
    expect(page.locator("#webcam [data-kind=trouble]")).to_have_count(0)


def test_stage_and_timeline_fit_one_screen(open_page, screenshot):
    page = open_page({"width": 1440, "height": 900})
    open_webcam(page)
    page.wait_for_function(DRAWN)
    for part in ("stage", "handy", "controls", "record"):
        box = page.locator(f"#webcam [data-part={part}]").bounding_box()
        assert box["y"] + box["height"] <= 900, part
    stage = page.locator("#webcam [data-part=stage]").bounding_box()
    assert stage["width"] > 600
    assert stage["width"] / stage["height"] == pytest.approx(4 / 3, rel=0.01)
    screenshot(page, "webcam-1440")


def test_a_telephone_shows_the_stage_first_and_has_the_controls_at_the_thumb(open_page, screenshot):
    page = open_page(PHONE)
    open_webcam(page)
    page.wait_for_function(DRAWN)
    stage, handy = (page.locator(f"#webcam [data-part={part}]") for part in ("stage", "handy"))
    assert stage.bounding_box()["y"] > 0
    assert stage.bounding_box()["y"] + stage.bounding_box()["height"] < PHONE["height"] / 2 + 60
    screenshot(page, "webcam-thumb")
    for scrolled in (0, 60):
        page.evaluate("(top) => scrollTo(0, top)", scrolled)
        box = handy.bounding_box()
        assert box["y"] + box["height"] == pytest.approx(PHONE["height"], abs=1)


# What the model says of a face at rest, before that face is known, then, and after; and of a smile.
RESTING = """async (address) => {
  const { Neutral } = await import(`${address}webcam/neutral.js`);
  const face = (happy, sad, neutral, width = 50) => ({
    width, probabilities: { angry: 1 - happy - sad - neutral, happy, sad, neutral },
  });
  const own = new Neutral();
  const shown = (faces, now) => own.apply(faces, now).map(({ probabilities }) => probabilities);
  const rest = [face(0.02, 0.6, 0.28), face(0.02, 0.6, 0.28, 20)];
  const before = shown(rest, 0);
  own.begin(1000);
  for (let now = 1000; now < 4000; now += 100) shown(rest, now);
  const left = [1000, 3990].map((now) => own.secondsLeft(now));
  shown(rest, 4000);
  left.push(own.secondsLeft(4000));
  const after = shown(rest, 4100);
  const [smile] = shown([face(0.8, 0.1, 0.08)], 4200);
  own.undo();
  const undone = shown(rest, 4300);
  own.begin(5000);
  shown([], 6000);
  return { before, left, after, smile, undone, nobody: shown([], 9000) && own.offsets };
}"""


def test_a_resting_face_is_neutral_once_it_is_known_and_a_smile_stays_one(open_page, address):
    told = open_page().evaluate(RESTING, address)
    assert told["left"] == [3, 1, 0]
    assert told["before"][0]["sad"] == told["undone"][0]["sad"] == 0.6
    known, other = told["after"]
    assert known["neutral"] == pytest.approx(0.7, abs=0.001)
    assert sum(known.values()) == pytest.approx(1)
    assert other == told["before"][1], "another face was changed too"
    assert max(told["smile"], key=told["smile"].get) == "happy"
    assert told["nobody"] is None


def test_the_neutral_face_is_set_and_undone_by_its_button(open_page):
    page = open_page()
    count_answers(page)
    open_webcam(page)
    page.wait_for_function(f"{ANSWERS} > 2")
    page.get_by_role("button", name="Set my neutral face").click()
    expect(
        page.get_by_role("button", name=re.compile("Keep a resting face: [123] s"))
    ).to_be_visible()
    page.get_by_role("button", name="My neutral face is set: undo").click()
    expect(page.get_by_role("button", name="Set my neutral face")).to_be_visible()
