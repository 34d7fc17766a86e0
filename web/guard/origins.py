"""Other sites' pages may not use the server through the browser of somebody who visits them."""

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.guard.answers import refusal

OWN = ("same-origin", "none")
"""What browsers call requests of the page itself, and of a person who types its address."""


def is_foreign(method: str, headers: Headers) -> bool:
    """Whether a browser says that another site's page, another port of this host too, asks.

    Programs that are no browsers send neither header. Whoever follows a link from another site is
    a visitor; whoever sends a form from there is not.
    """
    if headers.get("sec-fetch-mode") == "navigate" and method in ("GET", "HEAD"):
        return False
    if headers.get("sec-fetch-site", "none") not in OWN:
        return True
    # A page cannot have a browser send X-Forwarded-Host elsewhere; a reverse proxy sets it.
    own = {headers.get("host"), headers.get("x-forwarded-host")}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc not in own


class Origins:
    """Middleware that answers 403 to other sites' pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] == "http" and is_foreign(scope["method"], Headers(scope=scope)):
            await refusal(scope, HTTPStatus.FORBIDDEN, "GUARD_FOREIGN")(scope, receive, send)
        else:
            await self._app(scope, receive, send)
