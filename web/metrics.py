"""What the page counts for Prometheus: how much and how fast, never who or what was seen.

Names and units follow https://prometheus.io/docs/practices/naming/. The figures are given out at an
address of their own, and only where `--metrics` names one.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    start_http_server,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Way = Literal["webcam", "picture", "folder", "video"]
"""How pictures come."""
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 1800)
"""Seconds: up to 10 for a picture, up to half an hour for a video."""

REGISTRY = CollectorRegistry()
PICTURES = Counter("fer_pictures", "Pictures and frames recognised.", ["way"], registry=REGISTRY)
FACES = Counter(
    "fer_faces", "Faces found; of a video each counts once.", ["way"], registry=REGISTRY
)
SECONDS = Histogram(
    "fer_answer_seconds",
    "From the beginning of the work to a whole answer.",
    ["way"],
    registry=REGISTRY,
    buckets=BUCKETS,
)
REFUSED = Counter("fer_refused", "Answers of 400 or more.", ["status"], registry=REGISTRY)
WEBCAM_VISITORS = Gauge("fer_webcam_visitors", "Cameras of late.", registry=REGISTRY)
ProcessCollector(registry=REGISTRY)


def count(way: Way, pictures: int, faces: int) -> None:
    """So many pictures, and faces in them, were recognised."""
    PICTURES.labels(way).inc(pictures)
    FACES.labels(way).inc(faces)


@contextmanager
def answering(way: Way) -> Iterator[None]:
    """Measure the time of an answer; one that fails, or that nobody waits for, is not counted."""
    began = time.perf_counter()
    yield
    SECONDS.labels(way).observe(time.perf_counter() - began)


class Refusals:
    """Middleware that counts answers that are none, by their status."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                REFUSED.labels(message["status"]).inc()
            await send(message)

        await self._app(scope, receive, counted)


def serve_metrics(host: str, port: int) -> None:
    """Give the figures out at http://host:port/metrics, in a thread.

    Raises OSError where that can't be.
    """
    try:
        start_http_server(port, host, REGISTRY)
    except OSError as error:
        raise OSError(f"Can't serve metrics at {host}:{port}: {error.strerror}.") from error
