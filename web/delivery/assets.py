"""Gradio's scripts and styles, each packed once, for browsers to keep."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.delivery.built import ASSETS
from web.delivery.packing import best_coding, pack

FOR_GOOD = "public, max-age=31536000, immutable"
"""The Cache-Control of what has a hash of its content in its name."""
TEXTS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""What is packed, and its Content-Type; the rest, fonts, is packed in itself."""


class Assets:
    """Serves the files of ASSETS, and the `styles` among them once more as one file, `sheet`.

    The memory holds what was asked for, packed; all of it would be 12 MB.
    """

    def __init__(self, styles: Sequence[str]) -> None:
        self._names = frozenset(path.name for path in ASSETS.iterdir())
        self._joined = b"\n".join((ASSETS / name).read_bytes() for name in styles)
        self.sheet = f"page-{hashlib.sha256(self._joined).hexdigest()[:16]}.css"
        self._packed = lru_cache(maxsize=None)(self._pack)

    def route(self) -> Route:
        """`GET /assets/NAME`, before Gradio's, which packs a file for every visitor anew."""
        return Route("/assets/{path:path}", self._answer)

    def _answer(self, request: Request) -> Response:
        name = request.path_params["path"]
        if name not in self._names and name != self.sheet:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        headers = {"Cache-Control": FOR_GOOD}
        kind = TEXTS.get(Path(name).suffix)
        if kind is None:
            return Response(self._content(name), headers=headers, media_type=guess_type(name)[0])
        headers["Vary"] = "Accept-Encoding"
        coding = best_coding(request.headers.get("accept-encoding", ""))
        if coding is None:
            return Response(self._content(name), headers=headers, media_type=kind)
        headers["Content-Encoding"] = coding
        return Response(self._packed(name, coding), headers=headers, media_type=kind)

    def _content(self, name: str) -> bytes:
        return self._joined if name == self.sheet else (ASSETS / name).read_bytes()

    def _pack(self, name: str, coding: str) -> bytes:
        return pack(self._content(name), coding)
