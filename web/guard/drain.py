"""The end of a process that cuts nobody off: it takes no new work, and finishes what it has.

Work is what visitors send and what they fetch. Pages also keep connections open for as long as they
are shown; those wait for news, and an end need not wait for them.
"""

import threading
import time
from collections.abc import Callable
from http import HTTPStatus

from gradio.queueing import Queue
from starlette.types import ASGIApp, Receive, Scope, Send

from web.guard.answers import refusal

UPLOADS_AND_JOBS = (
    "/live",
    "/gradio_api/upload",
    "/gradio_api/queue/join",
    "/gradio_api/call/",
    "/gradio_api/mcp",
)
"""Posts to these addresses, or below them, are new work."""
ANSWERS = ("/gradio_api/queue/data", "/gradio_api/call/")
"""Event streams of jobs' answers."""
NEWS = (*ANSWERS, "/gradio_api/heartbeat/", "/gradio_api/upload_progress", "/gradio_api/mcp")
"""All event streams."""
QUIET = 1.0
"""Seconds without work after which it is over: whoever has an answer may want a file of it."""
LOOK_EVERY = 0.05
"""Seconds."""


class Drain:
    """Whether this process takes new work, and when it has none left; `seconds` are the most."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._is_urgent = False
        self._thread: threading.Thread | None = None
        self._jobs: set[str] = set()  # that were under way since the beginning, by their ids
        self.under_way = 0
        """Requests that are work."""
        self.listeners = 0
        """Event streams of answers."""

    @property
    def has_begun(self) -> bool:
        """Whether new work is refused."""
        return self._thread is not None

    def begin(self, queue: Queue, close: Callable[[], None]) -> None:
        """Take no new work; `close` in a thread when the `queue` and all requests are done."""
        self._thread = threading.Thread(
            target=self._finish, args=(queue, close), name="drain", daemon=True
        )
        self._thread.start()

    def hurry(self) -> None:
        """Leave the rest of the work."""
        self._is_urgent = True

    def join(self) -> None:
        """Wait until `close` has returned, if anything was begun."""
        if self._thread:
            self._thread.join()

    def _finish(self, queue: Queue, close: Callable[[], None]) -> None:
        now = time.monotonic()
        latest, quiet_at = now + self._seconds, now
        while now < latest and not self._is_urgent:
            if self._is_busy(queue):
                quiet_at = now + QUIET
            elif now >= quiet_at:
                break
            time.sleep(LOOK_EVERY)
            now = time.monotonic()
        close()

    def _is_busy(self, queue: Queue) -> bool:
        """Whether requests or jobs are under way, or a job's answer on its way to a listener."""
        unfinished = set(queue.event_ids_to_events)
        self._jobs |= unfinished
        untold = set().union(*list(queue.pending_event_ids_session.values()))
        is_told = self.listeners > 0 and not untold.isdisjoint(self._jobs)
        return self.under_way > 0 or bool(unfinished) or is_told


class Draining:
    """Middleware that counts work for a Drain, and answers 503 to new work once it has begun."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app, self._drain = app, drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "GET" and scope["path"].startswith(NEWS):
            await self._listen(scope, receive, send)
        elif self._drain.has_begun and _is_new_work(scope):
            answer = refusal(scope, HTTPStatus.SERVICE_UNAVAILABLE, "GUARD_DRAINING")
            await answer(scope, receive, send)
        else:
            self._drain.under_way += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._drain.under_way -= 1

    async def _listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        answers = scope["path"].startswith(ANSWERS)
        self._drain.listeners += answers
        try:
            await self._app(scope, receive, send)
        finally:
            self._drain.listeners -= answers


def _is_new_work(scope: Scope) -> bool:
    return scope["method"] == "POST" and scope["path"].startswith(UPLOADS_AND_JOBS)
