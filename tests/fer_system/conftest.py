"""Servers of all kinds to download from."""

import socket

import pytest


@pytest.fixture
def no_server():
    """An address on this computer where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/yunet.onnx"


@pytest.fixture
def silent_server():
    """An address on this computer that accepts calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/yunet.onnx"
