"""The page itself: it names at once what browsers would find out by and by, and comes packed."""

import re
from http import HTTPStatus

import gradio as gr
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.delivery.assets import FOR_GOOD
from web.delivery.built import STYLE, Needs
from web.delivery.packing import best_coding, pack

QUALITY = 5
"""Of brotli, for every visitor anew: 3 ms."""
EARLY = re.compile(rb"<base [^>]*>")
"""After it scripts are named: from here on addresses are relative to it."""
LATE = re.compile(STYLE.pattern.encode())
"""Here styles are, instead of the one that Gradio's page names: what comes later wins."""


class Page:
    """Middleware that adds to the page what it `needs`, with their one `sheet`, and packs it.

    Browsers may keep the colours of `blocks`, which have their hash in their address.
    """

    def __init__(self, app: ASGIApp, blocks: gr.Blocks, needs: Needs, sheet: str) -> None:
        self._app, self._blocks = app, blocks
        # Gradio's script fetches no style that there is a link to; a disabled one nobody fetches.
        sheets = [f' href="./assets/{sheet}"'] if needs.styles else []
        sheets += [f' disabled href="./assets/{name}"' for name in needs.styles]
        self._late = "".join(f'<link rel="stylesheet"{sheet}>' for sheet in sheets).encode()
        scripts = (f'<link rel="modulepreload" href="./assets/{name}">' for name in needs.scripts)
        self._early = "".join(scripts).encode()

    @property
    def _theme(self) -> str:
        """Its query."""
        return f"v={self._blocks.theme_hash}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        path = scope["path"].rstrip("/") if scope["type"] == "http" else None
        if path == "" and scope["method"] == "GET":
            send = self._improved(Headers(scope=scope).get("accept-encoding", ""), send)
        elif path == "/theme.css" and scope["query_string"] == self._theme.encode():
            send = _kept(send)
        await self._app(scope, receive, send)

    def _improved(self, accepted: str, send: Send) -> Send:
        """Sends the page, when all of it is there, with its links, as small as may be."""
        start: Message = {}
        page = b""

        async def improved(message: Message) -> None:
            nonlocal start, page
            if message["type"] == "http.response.start":
                start = message
                return
            page += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope=start)
            if start["status"] == HTTPStatus.OK:  # else the login
                page = self._linked(page)
            headers.add_vary_header("Accept-Encoding")
            if coding := best_coding(accepted):
                page = pack(page, coding, QUALITY)
                headers["Content-Encoding"] = coding
            headers["Content-Length"] = str(len(page))
            await send(start)
            await send({"type": "http.response.body", "body": page})

        return improved

    def _linked(self, page: bytes) -> bytes:
        theme = f'<link rel="preload" as="style" href="./theme.css?{self._theme}">'.encode()
        page = EARLY.sub(lambda found: found[0] + theme + self._early, page, count=1)
        return LATE.sub(self._late, page, count=1) if self._late else page


def _kept(send: Send) -> Send:
    """Sends what browsers may keep."""

    async def kept(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
            MutableHeaders(scope=message)["Cache-Control"] = FOR_GOOD
        await send(message)

    return kept
