"""Connections that nothing comes of: slow ones are closed, and one that is new finds room."""

import asyncio
import os
import socket
import sys
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Server

from web.guard.answers import address_of, refusal

PATIENCE = 30.0
"""Seconds that a request may take to arrive, and an answer's receiver may take none of it."""
BYTES_A_SECOND = 4096
"""A request that takes longer has to arrive at least as fast as this, on average."""
LOOK_EVERY = 5.0
"""Seconds."""
GRACE = 1.0
"""Seconds that every connection has for its request, however many there are."""
FILES = 40
"""Descriptors that are for other things than connections."""
MOST_REQUESTS = 100
"""Under way at once of one address, those that wait for news among them."""
PROBES = ("/healthz", "/readyz")
"""Always answered, for whoever watches over the server."""


def limits() -> tuple[int, int]:
    """How many connections this process may have, and how many more may wait to be accepted."""
    descriptors = 1024
    if sys.platform != "win32":
        import resource

        descriptors = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 4096)
    waiting = max(8, descriptors // 16)
    return max(8, descriptors - waiting - FILES), waiting


class Watched:
    """What is added to uvicorn's protocol, of which every connection has one."""

    connections: set[Any]
    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    cycle: Any
    client: tuple[str, int] | None
    most = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to watch."""
        super().connection_made(transport)  # type: ignore[misc]
        self._stuck_since: float | None = None
        self.made = self.since = self.loop.time()
        self._received = 0
        self._timer = self.loop.call_later(LOOK_EVERY, self._look)
        # What was aborted a moment ago is still among them.
        alive = [each for each in self.connections if not each.transport.is_closing()]
        if len(alive) > self.most:
            least_use(alive, self.loop.time()).transport.abort()

    def connection_lost(self, reason: Exception | None) -> None:
        """End watching."""
        self._timer.cancel()
        super().connection_lost(reason)  # type: ignore[misc]

    def data_received(self, data: bytes) -> None:
        """Count what arrives."""
        self._received += len(data)
        super().data_received(data)  # type: ignore[misc]

    def pause_writing(self) -> None:
        """The other side takes nothing more."""
        self._stuck_since = self.loop.time()
        super().pause_writing()  # type: ignore[misc]

    def resume_writing(self) -> None:
        """The other side takes more."""
        self._stuck_since = None
        super().resume_writing()  # type: ignore[misc]

    @property
    def waits(self) -> bool:
        """Whether a request is still to arrive, or the rest of it."""
        cycle = self.cycle
        return cycle is None or cycle.response_complete or bool(cycle.more_body)

    def _look(self) -> None:
        now = self.loop.time()
        if not self.waits:
            self.since, self._received = now, 0
        is_slow = now > self.since + PATIENCE + self._received / BYTES_A_SECOND
        is_stuck = self._stuck_since is not None and now > self._stuck_since + PATIENCE
        if is_slow or is_stuck:
            self.transport.abort()
        else:
            self._timer = self.loop.call_later(LOOK_EVERY, self._look)


def least_use(connections: Sequence[Any], now: float) -> Any:  # noqa: ANN401
    """The connection that has waited the longest for a request; else the busiest host's oldest."""
    idle = [each for each in connections if each.waits and now - each.since > GRACE]
    if idle:
        return min(idle, key=lambda each: each.since)
    hosts = Counter((each.client or ("",))[0] for each in connections)
    ((busiest, _),) = hosts.most_common(1)
    its = (each for each in connections if (each.client or ("",))[0] == busiest)
    return min(its, key=lambda each: each.made)


def watch_connections(server: Server) -> None:
    """From now on the server's new connections are watched, and few wait to be accepted.

    Were more accepted at once than there are descriptors, asyncio would fill the log.
    """
    most, waiting = limits()
    config = server.config
    kind = type("WatchedProtocol", (Watched, config.http_protocol_class), {"most": most})
    config.http_protocol_class = kind
    for listening in (each for part in server.servers for each in part.sockets):
        with socket.socket(fileno=os.dup(listening.fileno())) as same:
            same.listen(waiting)


class Crowd:
    """Middleware that answers 429 to an address with more than MOST_REQUESTS under way."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        address = address_of(scope)
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
        elif self._under_way[address] >= MOST_REQUESTS:
            answer = refusal(scope, HTTPStatus.TOO_MANY_REQUESTS, "GUARD_CROWD")
            await answer(scope, receive, send)
        else:
            self._under_way[address] += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._under_way -= Counter([address])  # without those that have none
