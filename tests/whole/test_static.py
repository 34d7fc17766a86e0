"""The webcam tab as a folder of files: served by Python's own web server, driven in Chromium."""

import os
import shlex
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import expect

from fer_system import Recognizer
from fer_system.detector import YUNET_FILE
from tests.browsing import OVERFLOW, PHONE, SECOND
from tests.documents import REPOSITORY
from tests.whole.test_page_webcam import ANSWERS, DRAWN, count_answers
from web import text
from web.static import write_static

EXPECTED = text.TEXTS["en"]["WEBCAM"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if not YUNET_FILE.is_file():
        pytest.skip("YuNet's file has not been downloaded")
    folder = tmp_path_factory.mktemp("static") / "site"
    try:
        write_static(Recognizer(detector="yunet"), folder)
    except OSError as error:
        pytest.skip(f"ONNX Runtime for browsers is not here: {error}")
    return folder


@contextmanager
def web_server(folder, command=(sys.executable, "-u", "-m", "http.server")):
    with subprocess.Popen(
        [*command, "0", "--bind", "127.0.0.1"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().split(' port ')[1].split()[0]}/"
        finally:
            process.terminate()


def wait_for(page, condition):
    """As Playwright's wait_for_function, which the page's own policy forbids."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(condition)


def start_camera(page):
    expect(page.locator("[data-part=placeNote]")).to_have_text(
        EXPECTED["deviceOn"], timeout=60 * SECOND
    )
    page.get_by_role("button", name="Start the camera").click()
    wait_for(page, f"{ANSWERS} > 5")
    wait_for(page, DRAWN)


def test_the_folder_recognises_without_a_program_behind_it_and_offline(site, open_page, screenshot):
    with web_server(site) as address:
        page = open_page(PHONE, at=address)
        methods = set()
        page.on("request", lambda request: methods.add(request.method))
        count_answers(page)
        start_camera(page)
        assert methods <= {"GET"}
        expect(page.get_by_role("heading", name="FER System")).to_be_visible()
        expect(page.get_by_text("never leave the device")).to_be_visible()
        expect(page.locator("#model-card")).to_contain_text("71.4 %")
        assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"
        screenshot(page, "static-phone")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    # The server is gone.
    page.reload()
    count_answers(page)
    start_camera(page)


def test_the_page_speaks_the_visitors_language(site, open_page, screenshot):
    with web_server(site) as address:
        page = open_page(at=address, locale="ar")
        expect(page.locator("html[dir=rtl][lang=ar]")).to_be_attached()
        expect(page.get_by_text(text.TEXTS["ar"]["FOOTER_ON_DEVICE"])).to_be_visible()
        expect(page.locator("#model-card")).to_contain_text(text.TEXTS["ar"]["SCORES"])
        screenshot(page, "static-desktop-arabic")


def test_the_video_does_not_lie_over_the_settings(site, open_page):
    with web_server(site) as address:
        page = open_page(at=address)
        expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
        for width in (390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            settings = page.locator("#threshold summary").bounding_box()
            stage = page.locator("[data-part=stage]").bounding_box()
            assert stage["y"] >= settings["y"] + settings["height"], width
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_the_commands_of_the_document_write_and_serve_the_folder(documented, site, tmp_path):
    [block] = documented
    write, serve = (shlex.split(line, comments=True) for line in block.code.splitlines())
    assert [write[0], serve[0]] == ["python", "python"]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, *write[1:]], cwd=tmp_path, env=environment, check=True)
    assert {path.name for path in (tmp_path / "site").iterdir()} >= {"index.html"}
    assert serve.pop() == "8000"
    with web_server(tmp_path, [sys.executable, "-u", *serve[1:]]) as address:
        assert httpx.get(address).status_code == 200


def test_an_earlier_folder_is_replaced_and_nothing_else(site, tmp_path):
    recognizer = Recognizer(detector="yunet")
    (site / "left-over.js").write_text("old")
    write_static(recognizer, site)
    assert not (site / "left-over.js").exists()
    assert {path.name for path in site.parent.iterdir()} == {"site"}
    other = tmp_path / "photos"
    other.mkdir()
    (other / "photo.jpg").touch()
    with pytest.raises(FileExistsError, match="holds something else; name another folder"):
        write_static(recognizer, other)
    assert [path.name for path in other.iterdir()] == ["photo.jpg"]
