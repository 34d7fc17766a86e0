"""Motion JPEG over HTTP: who looks, who is refused, and who is slow."""

import re
import socket
from contextlib import ExitStack, closing, contextmanager

import numpy as np
import pytest

from fer_system.mjpeg import MOST_VIEWERS, PictureServer, is_own_name

SECONDS = 60
GREY = np.full((48, 64, 3), 128, np.uint8)


@pytest.fixture
def server():
    with closing(PictureServer("127.0.0.1", 0)) as server:
        yield server


@contextmanager
def viewer(server, path="/"):
    """What the server answers, as a file."""
    with socket.create_connection(server.server_address, timeout=SECONDS) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield connection.makefile("rb")


def status(answer):
    return int(answer.readline().split()[1])


def jpeg(answer):
    """The next picture's file."""
    for line in answer:
        if found := re.match(rb"Content-Length: (\d+)", line):
            answer.readline()
            return answer.read(int(found[1]))
    raise AssertionError("no more pictures")


def test_viewers_beyond_the_limit_are_refused_until_one_leaves(server):
    server.show(GREY)
    with ExitStack() as viewers:
        for _ in range(MOST_VIEWERS):
            answer = viewers.enter_context(viewer(server))
            assert status(answer) == 200
            assert jpeg(answer).startswith(b"\xff\xd8")
        with viewer(server) as late:
            assert status(late) == 503
    for _ in range(MOST_VIEWERS):  # those that left are noticed when the next pictures are sent
        server.show(GREY)
    assert server.viewers.acquire(timeout=SECONDS)


def test_who_takes_nothing_holds_up_neither_the_camera_nor_other_viewers(server):
    noise = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), np.uint8)
    with viewer(server) as _slow, viewer(server) as quick:
        for _ in range(30):  # far more than the network holds for who doesn't read
            server.show(noise)
            assert len(jpeg(quick)) > 500_000


def test_only_its_own_name_or_a_number_leads_to_the_pictures():
    for asked in ("127.0.0.1:8090", "localhost", "camera.home:8090", "[::1]:8090", "10.0.0.7"):
        assert is_own_name(asked, "camera.home")
    for asked in ("evil.example:8090", "", "[", "127.0.0.1.evil.example", "localhost.evil.example"):
        assert not is_own_name(asked, "127.0.0.1")
