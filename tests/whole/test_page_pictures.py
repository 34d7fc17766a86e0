"""How the page looks, against pictures of how it did: who changes a style sees what it moves.

`make screenshots` takes them anew, after a change that was meant. Where they differ, a picture of
the difference lies in the folder that the message names: before, now, and what differs in red.
"""

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from fer_system import DEFAULT_MODEL
from fer_system.detector import YUNET_FILE
from tests.browsing import wait_for_picture
from tests.serving import serve
from tests.whole.states import every_state, material, settle  # noqa: F401, a fixture
from tests.workspace import REPOSITORY
from web import text

STORED = Path(__file__).parent / "pictures"
IN_README = REPOSITORY / "web" / "page.png"
ABOUT = STORED / "about.json"
RENEW = "FER_RENEW_PICTURES" in os.environ
SIZES = {"desktop": (1440, 900), "tablet": (768, 1024), "phone": (390, 844)}
SCHEMES = ("light", "dark")
# What a film, a camera or a clock shows, and what comes and goes by itself.
HIDDEN = """
  video, canvas, #webcam [data-part=overlay], #webcam [role=status], #webcam output, .toast-wrap,
  .eta-bar, .progress-text, .wrap.generating { visibility: hidden !important; }
  #webcam [data-part=next] { display: none !important; }
  * { transition: none !important; caret-color: transparent !important; }
"""
LEVELS = 24
"""Of 255 that a colour of a pixel may change by."""
SHARE = 0.0005
"""Of the pixels that may change by more."""
TRIES = 20


def small(png):
    """A screenshot as it is stored: half its size, WebP."""
    with Image.open(io.BytesIO(png)) as picture:
        half = picture.convert("RGB").reduce(2)
    file = io.BytesIO()
    half.save(file, "WEBP", quality=45, method=4)
    return file.getvalue()


def pixels(content):
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"), int)


def at_rest(page):
    """A screenshot of the whole page, PNG, when two in a row are the same."""
    last = None
    for _ in range(TRIES):
        settle(page)
        shot = page.screenshot(full_page=True, animations="disabled", style=HIDDEN)
        if shot == last:
            break
        last = shot
    return shot


def difference(before, now):
    """How large a share of the pixels differs, and a picture: before, now, and both with that red.

    Where one is taller, all that it has more differs.
    """
    height, width = np.maximum(before.shape[:2], now.shape[:2])
    both = [np.pad(it, [(0, height - it.shape[0]), (0, width - it.shape[1]), (0, 0)],
                   constant_values=128) for it in (before, now)]  # fmt: skip
    differs = np.abs(both[0] - both[1]).max(axis=2) > LEVELS
    differs[min(len(before), len(now)) :] = True
    red = np.where(differs[..., None], (255, 0, 0), both[1] // 2 + 127)
    return differs.mean(), Image.fromarray(np.hstack([*both, red]).astype(np.uint8))


def about(browser, page):
    """What a picture depends on besides the page."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": ".fer-title p"})
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]})["fonts"]
    return {"chromium": browser.version.split(".")[0], "font": fonts[0]["familyName"]}


@every_state
def test_a_tab_looks_as_it_did(state, open_page, browser, champion, material, tmp_path):  # noqa: F811
    page = open_page(at=champion)
    state(page, material)
    here = about(browser, page)
    if RENEW:
        STORED.mkdir(exist_ok=True)
        ABOUT.write_text(json.dumps(here) + "\n")
    elif not ABOUT.is_file():
        pytest.skip("there are no pictures yet: `make screenshots` takes them")
    elif (then := json.loads(ABOUT.read_text())) != here:
        pytest.skip(f"the pictures are of {then}, and here is {here}")
    moved = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            shot, name = small(at_rest(page)), f"{state.__name__}-{size}-{scheme}.webp"
            if RENEW:
                (STORED / name).write_bytes(shot)
                continue
            share, picture = difference(*map(pixels, ((STORED / name).read_bytes(), shot)))
            if share > SHARE:
                path = tmp_path / name
                picture.save(path, lossless=True)
                moved.append(f"{100 * share:.2f} % of it differs: {path}")
    assert not moved, "\n".join([*moved, "Was it meant? `make screenshots` takes them anew."])


@pytest.mark.skipif(not YUNET_FILE.is_file(), reason="YuNet was not downloaded yet")
def test_the_readme_shows_the_page_as_it_looks(open_page, browser, tmp_path):
    with serve(DEFAULT_MODEL, detector="yunet") as (address, _):
        page = open_page(at=address)
        page.get_by_role("button", name=f"{text.EXAMPLES} 4").click()
        expect(page.locator("#picture-faces .fer-card")).to_have_count(1)
        wait_for_picture(page, "#picture-output img")
        shot, here = without_foot(page, at_rest(page)), about(browser, page)
    if RENEW:
        IN_README.write_bytes(shot)
    elif json.loads(ABOUT.read_text()) != here:
        pytest.skip(f"README's picture is of another browser or font than {here}")
    share, picture = difference(*map(pixels, (IN_README.read_bytes(), shot)))
    picture.save(tmp_path / "page.png")
    assert share <= SHARE, (
        f"{tmp_path / 'page.png'}: was it meant? `make screenshots` takes it anew."
    )


def without_foot(page, png):
    """A screenshot down to the drawn examples, PNG."""
    box = page.locator("#picture-examples").bounding_box()
    with Image.open(io.BytesIO(png)) as picture:
        top = picture.convert("RGB").crop((0, 0, picture.width, int(box["y"] + box["height"]) + 20))
    file = io.BytesIO()
    top.save(file, "PNG", optimize=True)
    return file.getvalue()
