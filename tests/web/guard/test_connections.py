"""Slow connections are closed, and too many of them keep nobody out."""

import socket
import sys
import time
from contextlib import ExitStack
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import pytest

from tests.serving import APP, serve
from web.guard.connections import least_use

HASTY = """
import sys, app, web.guard.connections as connections
connections.PATIENCE, connections.LOOK_EVERY = 2, 0.5
sys.exit(app.main())
"""
"""The page, which waits for two seconds."""

FEW = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n" + HASTY.replace(
    "PATIENCE, connections.LOOK_EVERY = 2, 0.5", "PATIENCE = 600"
)
"""The page with 64 descriptors, which waits for long."""


def connected(address, stack, content=b""):
    where = urlsplit(address)
    connection = stack.enter_context(
        socket.create_connection((where.hostname, where.port), timeout=20)
    )
    connection.sendall(content)
    return connection


def is_closed(connection):
    """Whether the other side closes within the connection's time."""
    try:
        while connection.recv(1000):
            pass
        return True
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_what_arrives_too_slowly_is_closed_and_what_waits_for_news_is_not(model_path):
    head = b"POST /live?session=slow-one&time=0 HTTP/1.1\r\nHost: x\r\n"
    with serve(model_path, program=("-c", HASTY), cwd=APP.parent) as (address, _):
        where = urlsplit(address)
        news = (
            f"GET /gradio_api/heartbeat/abcdefgh HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode()
        )
        with ExitStack() as stack:
            waiting = connected(address, stack, news)
            slow = [
                connected(address, stack),
                connected(address, stack, head),
                connected(address, stack, head + b"Content-Length: 900000\r\n\r\nabc"),
            ]
            for connection in slow:
                assert is_closed(connection)
            waiting.settimeout(1)
            time.sleep(1)
            assert waiting.recv(100).startswith(b"HTTP/1.1 200")
            assert not is_closed(waiting)
        assert httpx.get(f"{address}healthz").status_code == 200


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_64_descriptors_are_enough_to_answer_healthz(model_path):
    with serve(model_path, program=("-c", FEW), cwd=APP.parent) as (address, _):
        news = b"GET /gradio_api/heartbeat/abcdefgh HTTP/1.1\r\nHost: x\r\n\r\n"
        for beginning in (b"", b"GET /healthz HT", news):
            with ExitStack() as stack:
                for _ in range(150):
                    connected(address, stack, beginning)
                assert httpx.get(f"{address}healthz", timeout=20).status_code == 200


def connection(host, waits, since, made=0):
    return SimpleNamespace(client=(host, 1), waits=waits, since=since, made=made)


def test_of_least_use_is_what_waits_the_longest_else_the_busiest_hosts_oldest():
    busy = [connection("a", False, 3, 1), connection("b", False, 2, 3), connection("b", True, 9, 2)]
    idle = [connection("a", True, 8), connection("c", True, 7)]
    assert least_use(busy + idle, now=10) is idle[1]
    assert least_use(busy, now=10) is busy[2]
