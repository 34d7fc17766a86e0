"""What browsers are told to refuse, whatever the page may hold."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.html import HEAD

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",  # with it browsers give a worker threads
    "Cross-Origin-Resource-Policy": "same-origin",
}

POLICY = {
    "default-src": "'self'",
    # Gradio makes functions out of strings: of its own, and of our components' `js_on_load`.
    "script-src": "'self' 'unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
"""The Content-Security-Policy."""

INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def policy(page: bytes = b"", frames: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of a page: of the scripts within it, those alone may run.

    And those that Gradio puts into its head. The sites `frames` may show it within their pages.
    """
    hashes = [
        f"'sha256-{b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in INLINE_SCRIPT.findall(page + HEAD.encode())
    ]
    more = {"script-src": hashes, "frame-ancestors": frames}
    rules = POLICY | {name: " ".join([POLICY[name], *sources]) for name, sources in more.items()}
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


class SecurityHeaders:
    """Middleware that adds HEADERS to every answer, and the policy, in which `frames` may be."""

    def __init__(self, app: ASGIApp, frames: Sequence[str] = ()) -> None:
        self._app, self._frames = app, frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        page = b""

        async def dressed(message: Message) -> None:
            """Hold a page's head back until the page is there, whose scripts it has to name."""
            nonlocal start, page
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["Content-Security-Policy"] = policy(frames=self._frames)
                if headers.get("content-type", "").startswith("text/html"):
                    start = message
                    return
            elif start is not None and message["type"] == "http.response.body":
                page += message.get("body", b"")
                if message.get("more_body"):
                    return
                MutableHeaders(scope=start)["Content-Security-Policy"] = policy(page, self._frames)
                await send(start)
                start, message = None, {"type": "http.response.body", "body": page}
            await send(message)

        await self._app(scope, receive, dressed)
