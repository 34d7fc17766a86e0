"""The webcam's route: the browser posts its newest picture and gets the faces in it as JSON.

A route of its own: Gradio's event stream queues pictures that it is asked for faster than it
answers, and shares them out unevenly among several people. The pictures are never on the disk, and
an answer is of its picture alone, so that any server with the page's model may give it: who is who
from picture to picture, the browser finds out. What is known of a visitor is how much it may ask
for.
"""

import os
import time
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fer_system.picture import PictureError, load_picture
from fer_system.recognizer import Recognizer
from fer_system.records import describe_face
from web import metrics, text
from web.guard.answers import address_of

MAX_BYTES = 1 << 20
"""Of one picture; a webcam's picture as the page sends it has about 20,000."""
MAX_PIXELS = 4_000_000
"""Of one picture: a small file can hold many, and the other visitors wait meanwhile."""
MAX_VISITORS, MAX_OF_ADDRESS = 16, 8
"""At once, in all and of one address."""
FORGET_AFTER = 10.0
"""Seconds after which a visitor who sends nothing more makes room for another."""
IN_FLIGHT = 4
"""Pictures of one visitor that may wait or be worked on; link.js sends so many on a long link."""


@dataclass
class Visitor:
    """One camera."""

    address: str
    in_flight: int = 0
    last_seen: float = 0.0


class Live:
    """The route's state: who is there, and how many pictures are worked on at once."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._visitors: dict[str, Visitor] = {}
        self._in_flight: Counter[str] = Counter()  # by address
        metrics.WEBCAM_VISITORS.set_function(lambda: len(self._present()))
        self._workers = CapacityLimiter(os.cpu_count() or 1)  # first come, first served

    async def answer(self, request: Request) -> JSONResponse:
        """The faces of the picture that is the request's body; HTTPException tells why not."""
        with text.speaking(text.best_language(request.headers.get("accept-language", ""))):
            return await self._answer(request)

    async def _answer(self, request: Request) -> JSONResponse:
        own = self._recognizer.fingerprint
        if request.query_params.get("model", own) != own:
            raise HTTPException(HTTPStatus.CONFLICT, text.LIVE_OTHER_MODEL)
        session = request.query_params.get("session", "")
        visitor = self._visitor(session, address_of(request.scope))
        picture = await _body(request)
        answer = await self._recognise(visitor, picture)
        self._visitors.setdefault(session, visitor)  # who sends no picture takes no place
        return JSONResponse(answer)

    def _visitor(self, session: str, address: str) -> Visitor:
        """The visitor of that session, be it new; HTTPException where there are too many."""
        if not 8 <= len(session) <= 64:
            raise HTTPException(HTTPStatus.BAD_REQUEST, text.LIVE_NO_SESSION)
        self._visitors = self._present()
        visitor = self._visitors.get(session)
        if visitor is None:
            neighbours = sum(other.address == address for other in self._visitors.values())
            if len(self._visitors) >= MAX_VISITORS or neighbours >= MAX_OF_ADDRESS:
                raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, text.LIVE_FULL)
            visitor = Visitor(address)
        visitor.last_seen = time.monotonic()
        return visitor

    def _present(self) -> dict[str, Visitor]:
        """Those who sent a picture of late, by their sessions."""
        now = time.monotonic()
        return {
            name: visitor
            for name, visitor in list(self._visitors.items())
            if now - visitor.last_seen < FORGET_AFTER or visitor.in_flight
        }

    async def _recognise(self, visitor: Visitor, picture: bytes) -> dict[str, Any]:
        address = visitor.address
        if visitor.in_flight >= IN_FLIGHT or self._in_flight[address] >= IN_FLIGHT * MAX_OF_ADDRESS:
            raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, text.LIVE_TOO_FAST)
        visitor.in_flight += 1
        self._in_flight[address] += 1
        began = time.perf_counter()
        try:
            with metrics.answering("webcam"):
                answer = await to_thread.run_sync(self._faces, picture, limiter=self._workers)
            metrics.count("webcam", 1, len(answer["faces"]))
        except PictureError as error:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, text.error(error)) from error
        finally:
            visitor.in_flight -= 1
            self._in_flight -= Counter([address])  # without those that have none
        return answer | {"milliseconds": round(1000 * (time.perf_counter() - began), 1)}

    def _faces(self, picture: bytes) -> dict[str, Any]:
        """Width and height of the picture in pixels, and the record of each face in it."""
        pixels = load_picture(picture, most=MAX_PIXELS)
        height, width = pixels.shape[:2]
        faces = enumerate(self._recognizer.frame(pixels), start=1)
        records = [describe_face(face, number, "webcam") for number, face in faces]
        return {"width": width, "height": height, "faces": records}


async def _body(request: Request) -> bytes:
    """The picture; HTTPException where it is larger than MAX_BYTES."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text.LIVE_TOO_LARGE)
    return bytes(content)


def live_route(recognizer: Recognizer) -> Route:
    """`POST /live?session=...` with a picture as its body, of any model or of `&model=...`."""
    return Route("/live", Live(recognizer).answer, methods=["POST"])
