"""The login: until somebody has logged in, the server tells nothing of itself but that it is up.

Gradio's own login shows its page, with the API's description in it, to everybody, and lets
passwords be guessed as fast as they can be sent. Who has logged in is known by a signed cookie, so
that several processes that share a secret know the same people.
"""

import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from web import text
from web.guard.answers import address_of, refusal
from web.guard.throttle import Throttle
from web.html import render

COOKIE = "fer-login"
LASTS = 7 * 24 * 3600
"""Seconds from a login on for which no other is asked for."""
MAX_FORM = 4096
"""Bytes of the form that a login is sent in."""
FREE = ("/healthz", "/readyz", "/favicon.ico", "/robots.txt", "/gradio_api/startup-events")
"""Open to everybody; the last is asked by Gradio itself, and answers yes or no."""

# A visitor who forgot the password is slowed down soon. A user is not, unless very many guess: then
# a little, for the right person has to get in between the guesses.
FREE_OF_ADDRESS, LONGEST_OF_ADDRESS = 5, 300.0
FREE_OF_USER, LONGEST_OF_USER = 20, 5.0


class Passes:
    """The cookies that show who has logged in, signed by a secret and the user's password.

    A new password, or another secret, ends them all.
    """

    def __init__(self, accounts: Mapping[str, str], secret: bytes) -> None:
        self._accounts, self._secret = accounts, secret

    def accepts(self, user: str, password: str) -> bool:
        """Whether there is a user of that name with that password."""
        known = self._accounts.get(user, "")
        is_right = secrets.compare_digest(known.encode(), password.encode())
        return is_right and user in self._accounts

    def issue(self, user: str) -> str:
        """A cookie for that user."""
        ends = f"{time.time() + LASTS:.0f}"
        return f"{user.encode().hex()}.{ends}.{self._signature(user, ends)}"

    def holds(self, cookie: str) -> bool:
        """Whether a cookie is one of those, and still good."""
        name, _, rest = cookie.partition(".")
        ends, _, signature = rest.partition(".")
        try:
            user = bytes.fromhex(name).decode()
            is_late = float(ends) < time.time()
        except ValueError:
            return False
        if is_late or user not in self._accounts:
            return False
        return hmac.compare_digest(signature.encode(), self._signature(user, ends).encode())

    def _signature(self, user: str, ends: str) -> str:
        key = hashlib.sha256(self._secret + self._accounts[user].encode()).digest()
        return hmac.new(key, f"{user}.{ends}".encode(), hashlib.sha256).hexdigest()


class Login:
    """Middleware that lets nobody in but those with a pass, and gives passes to those who log in.

    `accounts` are passwords by user. `secret` signs the passes; processes with the same accounts
    and secret know the same people.
    """

    def __init__(self, app: ASGIApp, accounts: Mapping[str, str], secret: bytes) -> None:
        self._app = app
        self._passes = Passes(accounts, secret)
        self._addresses = Throttle(FREE_OF_ADDRESS, LONGEST_OF_ADDRESS)
        self._users = Throttle(FREE_OF_USER, LONGEST_OF_USER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        path = scope["path"].rstrip("/") or "/"
        answer: ASGIApp
        if path == "/login" and scope["method"] == "POST":
            answer = await self._log_in(request)
        elif path == "/logout":
            answer = RedirectResponse("./", HTTPStatus.SEE_OTHER)
            answer.delete_cookie(COOKIE)
        elif path in FREE or self._passes.holds(request.cookies.get(COOKIE, "")):
            answer = self._app
        elif path in ("/", "/login"):
            answer = form(request, HTTPStatus.UNAUTHORIZED)
        else:
            answer = refusal(scope, HTTPStatus.UNAUTHORIZED, "LOGIN_FIRST")
        await answer(scope, receive, send)

    async def _log_in(self, request: Request) -> Response:
        fields = await _fields(request)
        if fields is None:
            return refusal(request.scope, HTTPStatus.BAD_REQUEST, "LOGIN_WRONG")
        user, password = fields
        address = address_of(request.scope)
        waits = max(self._addresses.wait(address), self._users.wait(user))
        if waits:
            return _told(request, HTTPStatus.TOO_MANY_REQUESTS, "LOGIN_WAIT", math.ceil(waits))
        if not self._passes.accepts(user, password):
            self._addresses.failed(address)
            self._users.failed(user)
            return _told(request, HTTPStatus.UNAUTHORIZED, "LOGIN_WRONG")
        self._addresses.succeeded(address)
        self._users.succeeded(user)
        return self._welcomed(request, user)

    def _welcomed(self, request: Request, user: str) -> Response:
        answer: Response = JSONResponse({"success": True})
        if _wants_page(request):
            answer = RedirectResponse("./", HTTPStatus.SEE_OTHER)
        answer.set_cookie(
            COOKIE,
            self._passes.issue(user),
            max_age=LASTS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer


async def _fields(request: Request) -> tuple[str, str] | None:
    """User and password as the form has them; None where it is none, too long or damaged."""
    if int(request.headers.get("content-length") or MAX_FORM + 1) > MAX_FORM:
        return None
    try:
        async with request.form(max_files=0, max_fields=8) as fields:
            user, password = fields.get("username", ""), fields.get("password", "")
    except HTTPException:  # which nobody answers so far outside
        return None
    return (user.strip(), password) if isinstance(user, str) and isinstance(password, str) else None


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _told(request: Request, status: HTTPStatus, name: str, seconds: int = 0) -> Response:
    """Why there is no pass: in the form for people, as JSON for programs."""
    headers = {"Retry-After": str(seconds)} if seconds else {}
    if _wants_page(request):
        answer = form(request, status, name)
        answer.headers.update(headers)
        return answer
    return refusal(request.scope, status, name, headers)


def form(request: Request, status: HTTPStatus, complaint: str | None = None) -> HTMLResponse:
    """The page that asks for user and password; `complaint` names a sentence in web/texts."""
    language = text.best_language(request.headers.get("accept-language", ""))
    with text.speaking(language):
        sentence = getattr(text, complaint) if complaint else ""
        page = render("login.html", language=language, complaint=sentence)
    return HTMLResponse(page, status)
