"""What several test files need: a model file, and the page in a real browser.

With FER_SCREENSHOTS=FOLDER in the environment, screenshots for people are saved there.
"""

import http.server
import io
import os
import shutil
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import expect, sync_playwright
from skimage import data

from fer_system import DEFAULT_MODEL, Recognizer
from fer_system.detector import YUNET_FILE
from tests.browsing import BROWSERS, DESKTOP, SECOND
from tests.documents import all_blocks
from tests.model_files import write_model
from tests.serving import serve

for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # tests type `make` as people do, also in one
    os.environ.pop(name, None)

SLOW_FIXTURES = {"address", "champion", "chromium", "command"}
SLOW_HELPERS = {"serve", "run_app", "Workspace"}


def pytest_collection_modifyitems(items):
    """Mark as slow what `make check` leaves out: pipelines, pages, browsers, the command `fer`."""
    for item in items:
        whole = "whole" in item.path.parts
        if whole or SLOW_FIXTURES & {*item.fixturenames} or SLOW_HELPERS & {*vars(item.module)}:
            item.add_marker("slow")


@pytest.fixture(scope="session", autouse=True)
def leftovers(tmp_path_factory):
    """Takes Python's temporary files: gradio_client leaves a folder for every file it fetches."""
    tempfile.tempdir = str(tmp_path_factory.mktemp("leftovers"))
    yield
    tempfile.tempdir = None


@pytest.fixture
def documented(request):
    """The blocks of the documents whose marks name this test, in their order."""
    test = request.node.nodeid.partition("[")[0]
    found = [block for block in all_blocks() if block.test == test]
    assert found, f"No block of the documents is marked as run by {test}."
    return found


@pytest.fixture
def server(tmp_path):
    """Serves the folder `served` of the test's own folder on this computer."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}", folder
        httpd.shutdown()


@pytest.fixture(scope="session")
def model_path(tmp_path_factory):
    """A model file whose answers depend on the face, and are of no further use."""
    return write_model(tmp_path_factory.mktemp("model") / "toy.onnx")


@pytest.fixture(scope="session")
def temporary(tmp_path_factory):
    """The page's folder for temporary files."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="session")
def detector(request):
    """The detector that the page uses: Haar, which needs no file, unless a test asks for YuNet."""
    name = getattr(request, "param", "haar")
    if name == "yunet" and not YUNET_FILE.is_file():
        pytest.skip(f"YuNet's file {YUNET_FILE.name} has not been downloaded")
    return name


@pytest.fixture(scope="session")
def address(model_path, detector, temporary):
    """Where the page is served on a toy model."""
    with serve(model_path, detector=detector, TMPDIR=str(temporary)) as (address, _):
        yield address


@pytest.fixture(scope="session")
def champion():
    """The page with the committed model, which has activation maps and a whole card."""
    with serve(DEFAULT_MODEL) as (address, _):
        yield address


@pytest.fixture(scope="session")
def recognizer(model_path, detector):
    """What the page at `address` recognises faces by."""
    return Recognizer(model_path, detector)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def astronaut(folder):
    Image.fromarray(data.astronaut()).save(folder / "astronaut.png")
    return folder / "astronaut.png"


@pytest.fixture(scope="session")
def two(folder):
    """Two faces side by side."""
    face = Image.fromarray(data.astronaut())
    picture = Image.new("RGB", (1024, 512))
    picture.paste(face, (0, 0))
    picture.paste(ImageOps.mirror(face), (512, 0))
    picture.save(folder / "two.png")
    return folder / "two.png"


@pytest.fixture(scope="session")
def clip(folder):
    """A camera's view: the astronaut moves, shrinks and leaves. Raw MJPEG is JPEGs in a row."""
    astronaut = Image.fromarray(data.astronaut())
    moving = [(4 * step, 480) for step in range(40)]
    shrinking = [(160, 480 - 10 * step) for step in range(20)]
    frames = io.BytesIO()
    for left, side in [*moving, *shrinking, *[(0, 0)] * 45]:
        frame = Image.new("RGB", (640, 480), "gray")
        if side:
            frame.paste(astronaut.resize((side, side)), (left, 0))
        frame.save(frames, "JPEG", quality=90, subsampling="4:2:0")
    (folder / "camera.mjpeg").write_bytes(frames.getvalue())
    return folder / "camera.mjpeg"


@pytest.fixture(scope="module")  # Playwright's event loop is in the way of others
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

    def opened(viewport=DESKTOP, scheme="light", at=address, locale="en-US"):
        def visited(request):
            if not request.url.startswith((at, "data:", "blob:")):
                complaints.append(request.url)

        def refused(message):
            if "Content Security Policy" in message.text:
                complaints.append(message.text)

        contexts.append(browser.new_context(viewport=viewport, color_scheme=scheme, locale=locale))
        page = contexts[-1].new_page()
        page.set_default_timeout(20 * SECOND)
        page.on("request", visited)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", refused)
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
