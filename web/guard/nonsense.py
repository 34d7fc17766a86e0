"""Requests that Gradio cannot make sense of, which it answers as if the fault were the server's."""

import json
import logging
from collections.abc import Callable
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from gradio.route_utils import FnIndexInferError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.guard.answers import refusal

MCP = "/gradio_api/mcp"
LONGEST_PATH, LONGEST_NAME = 1024, 255
"""Letters of an address, and bytes of what is between two slashes, as of a name on the disk."""
MISTAKES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError,
            TypeError, ValueError, FnIndexInferError)  # fmt: skip
"""What Gradio's routes raise at values of a kind, or of a depth, that they don't expect.

Errors in our own functions are none of these routes': they reach the visitor in the queue's answer.
"""
TERSE = {
    "Invalid content type.": "GUARD_UPLOAD_FORM",
    "Method Not Allowed": "GUARD_METHOD",
    "Not Found": "GUARD_SHUT",
}
"""What Gradio and FastAPI say that helps nobody, and the sentence in its place."""
UNKNOWN_EVENT = b'event: error\ndata: "404: Not Found"\n\n'
"""What Gradio answers where a job's answer is asked for that it does not know."""


class Nonsense:
    """Middleware that answers 400 where a route of Gradio's fails, and writes the failure down."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        is_answered = False

        async def noted(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            if message.get("body") == UNKNOWN_EVENT:
                message["body"] = unknown_event(scope)
            await send(message)

        if scope["type"] != "http" or scope["path"] == "/live":
            await self._app(scope, receive, send)
            return
        names = scope["path"].encode().split(b"/")
        if len(scope["path"]) > LONGEST_PATH or max(map(len, names)) > LONGEST_NAME:
            answer = refusal(scope, HTTPStatus.REQUEST_URI_TOO_LONG, "GUARD_SHUT")
            await answer(scope, receive, send)
            return
        if scope["path"].startswith(MCP) and scope["method"] == "POST":
            body = await Request(scope, receive).body()
            if not is_json(body):  # MCP's own server is prepared for some kinds alone
                await refusal(scope, HTTPStatus.BAD_REQUEST, "JOB_UNKNOWN")(scope, receive, send)
                return
            receive = replayed(body, receive)
        try:
            await self._app(scope, receive, noted)
        except MISTAKES as error:
            if is_answered:
                raise
            kind = type(error).__name__
            logging.getLogger(__name__).warning("%s at %s: %s", kind, scope["path"], error)
            await refusal(scope, HTTPStatus.BAD_REQUEST, "JOB_UNKNOWN")(scope, receive, send)
        except RuntimeError as error:
            if not (is_answered and isinstance(error.__cause__, HTTPException)):
                raise
            # Of an unknown event the stream has told so, and then Gradio breaks it off.
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def unknown_event(scope: Scope) -> bytes:
    """What Gradio sends in place of a job's answer where there is none, as a sentence."""
    detail = json.loads(bytes(refusal(scope, HTTPStatus.NOT_FOUND, "JOB_GONE").body))["detail"]
    return f"event: error\ndata: {json.dumps({'error': detail})}\n\n".encode()


def is_json(body: bytes) -> bool:
    """Whether Python can read a body as JSON."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def replayed(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was received already, and then what `receive` has yet to come."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def refuse_values(request: Request, _: Exception) -> JSONResponse:
    """The answer to values that a route doesn't take.

    FastAPI's own repeats the whole body for each of them: 0.9 s for 300 kB, in the event loop.
    """
    return refusal(request.scope, HTTPStatus.UNPROCESSABLE_ENTITY, "JOB_UNKNOWN")


def refuse_in_words(request: Request, error: Exception) -> JSONResponse:
    """The answer where Gradio refuses; of the TERSE ones a sentence that says what to do."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    if name := TERSE.get(str(error.detail)):
        return refusal(request.scope, status, name, headers)
    return JSONResponse({"detail": error.detail}, status, headers)


REFUSALS: dict[type[Exception], Callable[[Request, Exception], JSONResponse]] = {
    RequestValidationError: refuse_values,
    HTTPException: refuse_in_words,
}
"""What `launch(app_kwargs={"exception_handlers": ...})` takes."""
