"""Several replicas of the page behind nginx with deploy/nginx.conf, looked at in Chromium."""

import csv
import io
import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
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


def replaced(text, changes):
    """`text` with other words in place of some, each of which stands there once."""
    for was, becomes in changes.items():
        assert text.count(was) == 1, was
        text = text.replace(was, becomes)
    return text


def write_balancer(folder, port, replicas):
    """Write the committed configuration of nginx, but for ports and paths."""
    places = {
        "listen 80 ": f"listen 127.0.0.1:{port} ",
        "/run/fer-nginx.pid": str(folder / "pid"),
        "/var/log/nginx/error.log": str(folder / "error.log"),
    }
    ports = dict(zip(("127.0.0.1:7861", "127.0.0.1:7862"), replicas, strict=True))
    for name, changes in {"nginx.conf": places, "replicas.conf": ports}.items():
        text = (DEPLOY / name).read_text(encoding="utf-8")
        (folder / name).write_text(replaced(text, changes), encoding="utf-8")


@contextmanager
def balanced(nginx, folder, pages):
    """nginx with the committed configuration, but for ports and paths; gives its address."""
    folder.mkdir()
    own = free_port()
    write_balancer(folder, own, [httpx.URL(page.address).netloc.decode() for page in pages])
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


def two_ports(higher):
    """Two free ports such that those `higher` by so many are free too."""
    while True:
        found = [free_port(), free_port()]
        with suppress(OSError, OverflowError), ExitStack() as taken:
            for port in found:
                taken.enter_context(socket.create_server(("127.0.0.1", port + higher)))
            return found


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_of_the_document_start_it_and_end_it(documented, nginx, tmp_path):
    [block] = documented
    install, *lines = block.code.splitlines()
    assert install.startswith("apt-get install nginx-light")
    own, (first, second) = free_port(), two_ports(higher=2000)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "app.py").symlink_to(DEPLOY.parent / "app.py")
    write_balancer(tmp_path / "deploy", own, [f"127.0.0.1:{first}", f"127.0.0.1:{second}"])
    wait = "curl -s --retry 60 --retry-connrefused --retry-delay 1"
    changes = {
        ".venv/bin/python": sys.executable,
        "7861 7862": f"{first} {second}",
        "curl http://127.0.0.1:7861/readyz": " && ".join(
            f"{wait} http://127.0.0.1:{port}/readyz" for port in (first, second, own)
        ),
    }
    path = os.pathsep.join([str(Path(nginx).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-ec", replaced("\n".join([*lines, "wait"]), changes)],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count('{"status":"ready"}') == 3
    assert not (tmp_path / "deploy" / "pid").exists(), "nginx has not ended"
