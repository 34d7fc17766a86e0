"""How much visitors may send: uploads as long as the disk has room, all else a few megabytes."""

import errno
import time
from collections import Counter, deque
from http import HTTPStatus

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.guard.answers import address_of, refusal
from web.guard.disk import QUOTA, Disk

UPLOAD = "/gradio_api/upload"
MAX_FILE = 200_000_000
"""Bytes of one file, which Gradio checks too."""
MAX_UPLOAD = 2 * MAX_FILE
"""Bytes of all files of one upload."""
MAX_BODY = 4 * 2**20
"""Bytes of anything but an upload."""
UPLOADS_AT_ONCE = 8
"""Of one address; a page sends one after the other."""
SHARE = QUOTA // 3
"""Bytes of one address among all uploads that are kept."""
FULL = (errno.ENOSPC, errno.EDQUOT)
"""The disk is full, or what this user may have of it."""


class TooMuch(Exception):  # noqa: N818, it ends the receiving
    """A body is longer than it may be."""


class Bodies:
    """Middleware that ends what is too long before it is received, and clears up after uploads.

    Uploads of an address are counted for `seconds`, for which they are kept.
    """

    def __init__(self, app: ASGIApp, disk: Disk, seconds: float) -> None:
        self._app, self._disk, self._seconds = app, disk, seconds
        self._sent: deque[tuple[float, str, int]] = deque()
        self._under_way: Counter[str] = Counter()
        self._promised = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
        elif scope["path"].rstrip("/") == UPLOAD:
            await self._upload(scope, receive, send)
        elif not await self._passed(scope, receive, send, MAX_BODY):
            answer = refusal(scope, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "GUARD_TOO_LONG")
            await answer(scope, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = address_of(scope)
        if self._under_way[address] >= UPLOADS_AT_ONCE:
            answer = refusal(scope, HTTPStatus.TOO_MANY_REQUESTS, "GUARD_CROWD")
            await answer(scope, receive, send)
            return
        room = await to_thread.run_sync(self._disk.room)
        promised = min(declared(scope), MAX_UPLOAD)
        most = min(room - self._promised, SHARE - self._share(address), MAX_UPLOAD)
        self._under_way[address] += 1
        self._promised += promised
        self._sent.append((time.monotonic(), address, promised))
        full = refusal(scope, HTTPStatus.INSUFFICIENT_STORAGE, "GUARD_DISK_FULL")
        long = refusal(scope, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "GUARD_UPLOAD_TOO_LONG")
        try:
            if not await self._passed(scope, receive, send, most):
                await (long if most == MAX_UPLOAD else full)(scope, receive, send)
        except OSError as error:
            if error.errno not in FULL:
                raise
            await full(scope, receive, send)
        finally:
            self._promised -= promised
            self._under_way -= Counter([address])
            if not self._under_way:
                self._disk.drop_partial()

    def _share(self, address: str) -> int:
        """What an address has sent of late."""
        while self._sent and self._sent[0][0] < time.monotonic() - self._seconds:
            self._sent.popleft()
        return sum(size for _, sender, size in self._sent if sender == address)

    async def _passed(self, scope: Scope, receive: Receive, send: Send, most: int) -> bool:
        """Whether the request was passed on and answered; not where its body is too long."""
        if declared(scope, 0) > most:
            return False
        received, is_answered = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise TooMuch
            return message

        async def noted(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except ClientDisconnect:
            return True  # nobody is there to be answered
        except TooMuch:
            return is_answered
        return True


def declared(scope: Scope, otherwise: int = MAX_UPLOAD) -> int:
    """How many bytes a request says that it has, `otherwise` where it doesn't."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isdecimal() else otherwise
