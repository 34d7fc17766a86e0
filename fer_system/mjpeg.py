"""The newest picture of a camera for browsers and dashboards: Motion JPEG over HTTP."""

import io
import ipaddress
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

MOST_VIEWERS = 8
"""More viewers than these, at one time, are refused."""

REPEAT = 5.0
"""Seconds after which a picture is sent again where no new one came; who has left is noticed so."""

PATIENCE = 10.0
"""Seconds that a viewer may take to ask, or to take a picture."""

JPEG_QUALITY = 85
BOUNDARY = "picture"


class PictureServer(ThreadingHTTPServer):
    """Serves what it is shown at http://HOST:PORT/, to each viewer as fast as it takes it.

    Only the newest picture is held. Raises OSError where `host` and `port` can't be served at; port
    0 takes any that is free.
    """

    daemon_threads = True

    def __init__(self, host: str, port: int) -> None:
        super().__init__((host, port), Viewer)
        self.host = host
        self.viewers = threading.BoundedSemaphore(MOST_VIEWERS)
        self._shown = threading.Condition()
        self._number, self._jpeg = 0, b""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where the pictures are."""
        return f"http://{self.host}:{self.server_port}/"

    def show(self, picture: np.ndarray) -> None:
        """Let `picture`, uint8 RGB (height, width, 3), be the one that viewers get."""
        jpeg = io.BytesIO()
        Image.fromarray(picture).save(jpeg, "JPEG", quality=JPEG_QUALITY)
        with self._shown:
            self._number, self._jpeg = self._number + 1, jpeg.getvalue()
            self._shown.notify_all()

    def picture_after(self, number: int) -> tuple[int, bytes]:
        """The newest picture, as JPEG, and its number; waits a while for one after `number`."""
        with self._shown:
            self._shown.wait_for(lambda: self._number > number, timeout=REPEAT)
            return self._number, self._jpeg

    def close(self) -> None:
        """Serve no longer."""
        self.shutdown()
        self.server_close()


class Viewer(BaseHTTPRequestHandler):
    """Answers one viewer: a picture after the other until it leaves."""

    server: PictureServer
    timeout = PATIENCE

    def handle(self) -> None:
        """Answer until the viewer leaves, or takes nothing any more."""
        with suppress(OSError):
            super().handle()

    def do_GET(self) -> None:
        """Send the pictures, or say why not."""
        if urlsplit(self.path).path != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
        elif not is_own_name(self.headers.get("Host", ""), self.server.host):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif not self.server.viewers.acquire(blocking=False):
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            try:
                self._send_pictures()
            finally:
                self.server.viewers.release()

    def _send_pictures(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        number, mark = 0, f"--{BOUNDARY}\r\n"
        self.wfile.write(mark.encode())
        while True:
            number, jpeg = self.server.picture_after(number)
            if jpeg:  # Chromium shows a picture when the mark after it has come
                head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg + f"\r\n{mark}".encode())

    def log_message(self, *_: object) -> None:
        """Tell nobody who looked when."""


def is_own_name(asked: str, host: str) -> bool:
    """Whether a viewer calls the server by `host`, a number or localhost.

    Any page on the web may have its own name lead here, and could then read the pictures.
    """
    try:
        name = urlsplit(f"//{asked}").hostname or ""
        return name in (host, "localhost") or bool(ipaddress.ip_address(name))
    except ValueError:
        return False
