"""What a browser needs to recognise faces itself: ONNX Runtime, and the recogniser in two halves.

`GET /webcam/device.json` names them; each lies at an address with its own hash, so that browsers
may keep it for good. They are made ready when somebody asks first.
"""

import gzip
import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fer_system.detector import DetectorError
from fer_system.download import Download
from fer_system.graph import in_two
from fer_system.places import downloads_folder
from fer_system.recognizer import Recognizer

VERSION = "1.30.0"
"""Of onnxruntime-web, as in package.json."""
INSTALLED = Path(__file__).parents[2] / "node_modules" / "onnxruntime-web" / "dist"
"""Where `npm ci` puts it."""
MINUTE = 60.0
PATIENCE = 5.0
"""Seconds for which a visitor waits while another one has the files made ready."""


def _runtime_file(name: str, sha256: str, length: int) -> Download:
    url = f"https://cdn.jsdelivr.net/npm/onnxruntime-web@{VERSION}/dist/{name}"
    return Download(f"ONNX Runtime's {name}", url, sha256, length, seconds=MINUTE)


RUNTIME = {
    "runtime.js": _runtime_file(
        "ort.wasm.bundle.min.mjs",
        "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
        73_054,
    ),
    "runtime.wasm": _runtime_file(
        "ort-wasm-simd-threaded.wasm",
        "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
        14_239_897,
    ),
}
"""ONNX Runtime for browsers, and what its files are called here."""
HALVES = "finder.onnx", "reader.onnx"
"""Of the recogniser's graph: what finds faces, and what reads them."""

TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".onnx": "application/octet-stream"}
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@dataclass(frozen=True)
class DeviceFile:
    """A file, packed by gzip; `length` is in bytes, `address` relative to device.json."""

    name: str
    address: str
    length: int
    packed: bytes

    @classmethod
    def of(cls, name: str, content: bytes) -> "DeviceFile":
        """The file of that name and content, at an address that changes with the content."""
        address = f"device/{hashlib.sha256(content).hexdigest()[:16]}/{name}"
        return cls(name, address, len(content), gzip.compress(content, 6))

    @property
    def content(self) -> bytes:
        """Unpacked."""
        return gzip.decompress(self.packed)

    @property
    def media_type(self) -> str:
        """Its Content-Type."""
        return TYPES[Path(self.name).suffix]


def device_files(recognizer: Recognizer) -> list[DeviceFile]:
    """ONNX Runtime's files and the graph's halves.

    Raises DetectorError or OSError where they cannot be had.
    """
    halves = in_two(recognizer.graph())
    files = [DeviceFile.of(*half) for half in zip(HALVES, halves, strict=True)]
    for name, wanted in RUNTIME.items():
        original = wanted.url.rpartition("/")[2]
        places = (INSTALLED / original, downloads_folder() / f"{VERSION}-{original}")
        files.append(DeviceFile.of(name, wanted.content(*places)))
    return files


def index(files: Iterable[DeviceFile]) -> dict[str, dict[str, Any]]:
    """What device.json says: each file's address, its bytes, and those that are sent for it."""
    return {
        file.name: {"address": file.address, "bytes": file.length, "sent": len(file.packed)}
        for file in files
    }


class Device:
    """The files of a recogniser, made ready once, and their routes."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._lock = threading.Lock()
        self._files: list[DeviceFile] = []

    def files(self) -> list[DeviceFile]:
        """As `device_files`, which is called again as long as it raises, once at a time."""
        if not self._lock.acquire(timeout=PATIENCE):
            raise OSError("they are being fetched; try again in a minute")
        try:
            self._files = self._files or device_files(self._recognizer)
        finally:
            self._lock.release()
        return self._files

    def index(self, _: Request) -> JSONResponse:
        """`GET /webcam/device.json`."""
        return JSONResponse(index(self._ready()), headers={"Cache-Control": "no-cache"})

    def file(self, request: Request) -> Response:
        """`GET /webcam/device/HASH/NAME`; any process has the same files, asked before or not."""
        wanted = "device/{hash}/{name}".format_map(request.path_params)
        for file in self._ready():
            if file.address == wanted:
                return _answer(file, request.headers.get("accept-encoding", ""))
        raise HTTPException(HTTPStatus.NOT_FOUND)

    def _ready(self) -> list[DeviceFile]:
        """`files`; HTTPException tells why they cannot be had."""
        try:
            return self.files()
        except (DetectorError, OSError) as error:
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error

    def routes(self) -> list[Route]:
        """Both."""
        return [
            Route("/webcam/device.json", self.index),
            Route("/webcam/device/{hash}/{name}", self.file),
        ]


def _answer(file: DeviceFile, encodings: str) -> Response:
    if "gzip" not in encodings:
        return Response(file.content, media_type=file.media_type, headers=FOR_GOOD)
    headers = FOR_GOOD | {"Content-Encoding": "gzip"}
    return Response(file.packed, media_type=file.media_type, headers=headers)
