"""Files that callers name: each that is not taken is refused by a sentence."""

import asyncio
import functools
import http.server
import socket
import threading

import brotli
import gradio as gr
import pytest

from web import text
from web.guard import addresses
from web.guard.addresses import Addresses, check_uploaded, fetched, files_of
from web.guard.disk import Disk

ROOM = 10_000_000


@pytest.fixture
def uploads(tmp_path, monkeypatch):
    """The folder of what was uploaded."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setattr(addresses, "get_upload_folder", lambda: str(folder))
    return folder


@pytest.fixture
def web(tmp_path, monkeypatch):
    """The address of a server of files, which counts as public."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "a face.png").write_bytes(b"picture")
    (tmp_path / "web" / "large.png").write_bytes(bytes(2_000_001))

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/to="):
                self.send_response(302)
                self.send_header("Location", self.path[4:])
                self.end_headers()
            elif self.path == "/host":
                self.answer(self.headers["Host"].encode())
            elif self.path == "/packed":
                self.answer(brotli.compress(bytes(2_000_001)), "br")
            else:
                super().do_GET()

        def answer(self, content, coding="identity"):
            self.send_response(200)
            self.send_header("Content-Encoding", coding)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=tmp_path / "web")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(addresses, "is_public_ip", lambda ip: ip == "127.0.0.1")
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def fetch(address, room=ROOM):
    return asyncio.run(fetched(address, room))


def refusal(address, room=ROOM):
    with pytest.raises(gr.Error) as refused:
        fetch(address, room)
    return refused.value.message


def test_a_file_at_a_public_address_becomes_an_upload(web, uploads):
    for address in (f"{web}a%20face.png", f"{web}to=/a%20face.png"):
        path = fetch(address)
        assert path.read_bytes() == b"picture"
        assert path.parent.parent == uploads
        assert path.suffix == ".png"


def test_a_host_that_leads_on_to_itself_is_asked_by_its_name(web, uploads):
    named = web.replace("127.0.0.1", "localhost")
    assert fetch(f"{named}to=/host").read_bytes() == b"localhost"


def test_what_comes_packed_is_not_unpacked_beyond_all_bounds(web, uploads):
    assert brotli.decompress(fetch(f"{web}packed").read_bytes()) == bytes(2_000_001)


def test_what_cannot_be_fetched_is_refused_by_a_sentence_and_leaves_no_file(
    web, uploads, monkeypatch
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/a.png"
    assert "status 404" in refusal(f"{web}nothing.png")
    assert "could not be reached" in refusal(f"{web}to={web}to=" * 3 + f"{web}to=/to=/to=/to=/x")
    for address in (nobody, "http://no.such.host.invalid/a.png", "http://", "https://[::1/"):
        assert "could not be reached" in refusal(address)
    assert refusal(f"{web}large.png", room=1_000_000) == text.GUARD_DISK_FULL
    monkeypatch.setattr(addresses, "MOST_MEGABYTES", 1)
    assert "more than the 1 MB allowed" in refusal(f"{web}large.png")
    assert list(uploads.rglob("*")) == []


def test_nothing_is_fetched_from_inside_a_network(uploads, monkeypatch):
    for host in (
        "127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "100.64.0.1", "[::1]", "0.0.0.0",
    ):  # fmt: skip
        sentence = refusal(f"http://{host}:80/secret.png")
        assert f"http://{host}" in sentence
        assert "is not a public address" in sentence
    assert list(uploads.rglob("*")) == []


def test_a_public_address_that_leads_into_a_network_is_refused(web, uploads):
    assert "is not a public address" in refusal(f"{web}to=http://10.0.0.1/a.png")


@pytest.mark.parametrize("component", [gr.HTML, gr.JSON, gr.Image])
@pytest.mark.parametrize("wrapped", [lambda file: file, lambda file: {"x": [file]}])
def test_no_argument_has_gradio_fetch_a_file_by_itself(component, wrapped, uploads):
    with gr.Blocks() as app:
        gr.on([], lambda value: value, [component()], None)
    guarded = Addresses(app, Disk(uploads, 60))
    file = {"path": "http://127.0.0.1:80/secret.png", "meta": {"_type": "gradio.FileData"}}
    given = wrapped(file) | {"url": "data:image/png;base64,AAAA"}
    with pytest.raises(gr.Error, match="is not a public address"):
        asyncio.run(guarded.process(0, [given]))


def test_a_path_is_one_of_an_upload_that_is_still_here(uploads, tmp_path):
    (uploads / "a.png").touch()
    check_uploaded(str(uploads / "a.png"))
    for path in ("/etc/passwd", "a.png", str(uploads / ".." / "x"), "file:///etc/passwd", "a\0b"):
        with pytest.raises(gr.Error, match="was not uploaded to this server"):
            check_uploaded(path)
    with pytest.raises(gr.Error, match=r"\Wb\.png is not here any more"):
        check_uploaded(str(uploads / "b.png"))


def test_what_is_no_file_is_said_so_in_few_words():
    file = {"path": "a"}
    assert list(files_of([file, None], many=True)) == [file]
    assert list(files_of(None, many=False)) == []
    for value in (7, "https://a.b/c.png", {}, {"path": 7}, [], [file], {"url": ["x"] * 9999}):
        with pytest.raises(gr.Error, match="There is no file in") as refused:
            list(files_of(value, many=False))
        assert len(refused.value.message) < 300
