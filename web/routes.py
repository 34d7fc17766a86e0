"""The server's own addresses beside Gradio's."""

from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fer_system.recognizer import Recognizer
from web.guard.drain import Drain
from web.scripts import script_route
from web.webcam.device import Device
from web.webcam.route import live_route

HERE = Path(__file__).parent


def own_routes(recognizer: Recognizer, device: Device, drain: Drain) -> list[Route]:
    """What `launch(app_kwargs={"routes": ...})` takes; they come before Gradio's own."""

    def healthz(_: Request) -> JSONResponse:
        """Whether the page is up, and on what; asked without a login, so nothing personal."""
        return JSONResponse(
            {
                "status": "ok",
                "model": recognizer.card.model,
                "fingerprint": recognizer.fingerprint,
                "classes": recognizer.classes,
                "detector": recognizer.detector_name,
            }
        )

    def readyz(_: Request) -> JSONResponse:
        """Whether a balancer may send work here: its first recognition was before the start."""
        if drain.has_begun:
            return JSONResponse({"status": "draining"}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ready"})

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        live_route(recognizer),
        *device.routes(),
        script_route(HERE / "webcam"),
        script_route(HERE / "folder"),
    ]
