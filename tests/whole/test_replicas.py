"""Several replicas of the page behind nginx with deploy/nginx.conf, looked at in Chromium."""

import csv
import io
import os
import shutil
import socket
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browsing import SECOND, UPLOAD, wait_for_picture
from tests.clips import face_picture
from tests.model_files import write_model
from tests.serving import started

DEPLOY = Path(__file__).parents[2] / "deploy"
LOGIN = {"username": "ann", "password": "secret"}
SHARED = {"FER_SECRET": "known to both"}
DRAWN = "() => document.querySelector('#webcam [data-name^=plate]') !== null"
COUNT = "window.answers = 0; document.addEventListener('answer', () => answers++, true)"


@pytest.fixture(scope="module")
def nginx():
    path = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not path:
        pytest.skip("no nginx: install the package nginx-light (make balancer)")
    return path


@pytest.fixture(scope="module")
def clip(folder):
    """A camera's view of one face that stays."""
    frame = io.BytesIO()
    Image.fromarray(face_picture(640, 480)).save(frame, "JPEG", quality=90, subsampling="4:2:0")
    (folder / "steady.mjpeg").write_bytes(frame.getvalue() * 30)
    return folder / "steady.mjpeg"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def balanced(nginx, folder, pages):
    """nginx with the committed configuration, but for ports and paths; gives its address."""
    folder.mkdir()
    own = free_port()
    ports = {
        "127.0.0.1:7861": httpx.URL(pages[0].address).netloc.decode(),
        "127.0.0.1:7862": httpx.URL(pages[1].address).netloc.decode(),
    }
    places = {
        "listen 80 ": f"listen 127.0.0.1:{own} ",
        "/run/fer-nginx.pid": str(folder / "pid"),
        "/var/log/nginx/error.log": str(folder / "error.log"),
    }
    for name, changes in {"nginx.conf": places, "replicas.conf": ports}.items():
        text = (DEPLOY / name).read_text(encoding="utf-8")
        for was, becomes in changes.items():
            assert text.count(was) == 1, was
            text = text.replace(was, becomes)
        (folder / name).write_text(text, encoding="utf-8")
    command = [nginx, "-c", folder / "nginx.conf", "-e", folder / "error.log", "-g", "daemon off;"]
    process = subprocess.Popen(command)
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=10)) as client:
            client.get(f"http://127.0.0.1:{own}/healthz")
        yield f"http://127.0.0.1:{own}/"
    finally:
        process.terminate()
        process.wait(timeout=60)


@dataclass
class Replica:
    """A page's process, where it is served and where its figures are."""

    process: subprocess.Popen
    address: str
    metrics: str

    def has_visitor(self):
        """Whether a webcam is looked at here."""
        return "fer_webcam_visitors 1.0" in httpx.get(self.metrics).text

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=60)


@pytest.fixture
def replicas(model_path):
    """Starts two replicas, on models that differ if wanted.

    Their ports are not of the page's own choice: a killed one's would go to the next page that
    another test starts, and nginx would send visitors there.
    """
    with ExitStack() as running:

        def start(other_model=None):
            pages = []
            for model in (model_path, other_model or model_path):
                port, figures = free_port(), free_port()
                flags = ("--auth", "ann:secret", "--port", str(port), "--metrics", str(figures))
                process, address, _ = running.enter_context(started(model, *flags, **SHARED))
                pages.append(Replica(process, address, f"http://127.0.0.1:{figures}/metrics"))
            return pages

        yield start


def logged_in(browser, address):
    page = browser.new_page()
    page.set_default_timeout(60 * SECOND)
    page.refused = []
    page.on("response", lambda answer: answer.status == 403 and page.refused.append(answer.url))
    page.goto(address)
    page.get_by_role("textbox").first.fill(LOGIN["username"])
    page.locator("input[type=password]").fill(LOGIN["password"])
    page.keyboard.press("Enter")
    page.get_by_role("tab", name="Webcam").click()
    page.evaluate(COUNT)
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_function(DRAWN)
    return page


def kill_its_replica(pages):
    """Kill the replica that the only webcam is looked at by; gives the other one."""
    (its,) = [page for page in pages if page.has_visitor()]
    (other,) = [page for page in pages if page is not its]
    its.kill()
    return other


def test_when_a_replica_is_killed_its_visitors_webcam_and_pictures_go_on(
    nginx, browser, replicas, tmp_path
):
    pages = replicas()
    with balanced(nginx, tmp_path / "nginx", pages) as address:
        page = logged_in(browser, address)
        page.wait_for_function("answers > 10")
        other = kill_its_replica(pages)
        before = page.evaluate("answers")
        page.wait_for_function(f"answers > {before} + 2", timeout=5 * SECOND)
        page.wait_for_function(f"answers > {before} + 10")
        assert other.has_visitor()
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save CSV").click()
        rows = list(csv.DictReader(saved.value.path().read_text(encoding="utf-8").splitlines()))
        assert len(rows) > 20
        assert {(row["face"], row["label"]) for row in rows} == {("1", rows[0]["label"])}

        Image.fromarray(face_picture()).save(tmp_path / "face.png")
        page.get_by_role("tab", name="Picture").click()
        page.set_input_files(UPLOAD, tmp_path / "face.png")
        wait_for_picture(page, "#picture-output img")
        assert page.refused == []
        page.close()


def test_a_webcam_never_gets_labels_of_another_model(nginx, browser, replicas, tmp_path):
    pages = replicas(write_model(tmp_path / "other.onnx", weight=1.0))
    with balanced(nginx, tmp_path / "nginx", pages) as address:
        page = logged_in(browser, address)
        kill_its_replica(pages)
        status = page.locator("#webcam [data-part=status]")
        expect(status).to_have_text("The server has another model now: reload the page.")
        page.wait_for_function(f"!({DRAWN})()")
        page.reload()
        page.get_by_role("tab", name="Webcam").click()
        page.get_by_role("button", name="Start the camera").click()
        page.wait_for_function(DRAWN)
        page.close()


def test_a_login_holds_on_all_replicas_and_forged_addresses_help_nobody(nginx, replicas, tmp_path):
    pages = replicas()
    with balanced(nginx, tmp_path / "nginx", pages) as address:
        (direct, other) = [page.address for page in pages]
        with httpx.Client() as visitor:
            assert visitor.post(f"{direct}login", data=LOGIN).status_code == 200
            assert visitor.get(f"{other}config").status_code == 200
            assert visitor.get(f"{address}config").status_code == 200

        def statuses(home, at, attempts=6):
            wrong = {"username": "bob", "password": "guessed"}
            transport = httpx.HTTPTransport(local_address=home)
            with httpx.Client(transport=transport, cookies={"fer_visitor": "same"}) as client:
                return [
                    client.post(
                        f"{at}login", data=wrong, headers={"X-Forwarded-For": f"203.0.113.{number}"}
                    ).status_code
                    for number in range(attempts)
                ]

        slowed_down = [401] * 5 + [429]
        assert statuses("127.0.0.5", address) == slowed_down
        assert statuses("127.0.0.6", address, attempts=1) == [401], "another visitor of nginx's"
        assert statuses("127.0.0.7", direct) == slowed_down, "who is no proxy"
