"""Every address of the server: those that are open and what for, those that are shut and why.

Whatever isn't named here is shut too, so that a new version of Gradio opens nothing by itself.
"""

from http import HTTPStatus

from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from web.guard.answers import refusal

OPEN = {
    "/": "the page",
    "/healthz": "whether the server is up, and on which model",
    "/readyz": "whether it takes work: asked by balancers",
    "/live": "the webcam's pictures",
    "/webcam/{name}": "the webcam's scripts",
    "/folder/{name}": "those of the tab Folder",
    "/webcam/device.json": "what a browser needs to recognise faces itself",
    "/webcam/device/{hash}/{name}": "the same",
    "/login": "the login, where one is asked for",
    "/logout": "its end",
    "/config": "the page's parts, for the page and for clients of the API",
    "/assets/{path:path}": "Gradio's scripts and styles",
    "/static/{path:path}": "Gradio's fonts and pictures",
    "/theme.css": "the page's colours",
    "/gradio_api/theme.css": "the same",
    "/favicon.ico": "the page's icon",
    "/manifest.json": "the page's name, for telephones",
    "/robots.txt": "what search engines may read",
    "/gradio_api/info": "the API's description",
    "/gradio_api/openapi.json": "the same, after OpenAPI",
    "/gradio_api/app_id": "tells an open page that the server was started anew",
    "/gradio_api/startup-events": "asked by every page once",
    "/gradio_api/upload": "files for the page and the API",
    "/gradio_api/upload_progress": "how much of a file has arrived",
    "/gradio_api/file={path_or_url:path}": "uploads and results, and no other file",
    "/gradio_api/queue/join": "the page's jobs",
    "/gradio_api/queue/data": "their answers",
    "/gradio_api/run/{api_name}": "the page's small steps, which need no queue",
    "/gradio_api/call/{api_name}": "the API's jobs",
    "/gradio_api/call/{api_name}/{event_id}": "their answers",
    "/gradio_api/call/v2/{api_name}": "the API's jobs, their values by name",
    "/gradio_api/call/v2/{api_name}/{event_id}": "their answers",
    "/gradio_api/cancel": "ends a job of one's own",
    "/gradio_api/reset": "asked by older clients, does nothing",
    "/gradio_api/heartbeat/{session_hash}": "tells that a page is still open",
    "/gradio_api/mcp": "tools for chat assistants, with --mcp alone",
    "/gradio_api/mcp/{path:path}": "the same",
}
"""Addresses, as routes are written, and what they are for."""

SHUT = {
    "/openapi.json": "describes routes that are no interface of this program",
    "/gradio_api/user": "the login is this program's own, not Gradio's",
    "/gradio_api/login_check": "the same",
    "/gradio_api/token": "the same",
    "/gradio_api/api/{api_name}": "an old name of /gradio_api/run",
    "/gradio_api/file/{path:path}": "an old name of /gradio_api/file=",
    "/gradio_api/proxy={url_path:path}": "fetches from other servers",
    "/gradio_api/deep_link": "writes down what a visitor sees, for good",
    "/gradio_api/process_recording": "for recordings of the screen, writes files",
    "/gradio_api/component_server": "calls functions of components, none of which has any",
    "/gradio_api/custom_component/{id}/{environment}/{type}/{file_name}": "there are none",
    "/svelte/{path:path}": "the same",
    "/gradio_api/stream/{event_id}": "nothing is streamed",
    "/gradio_api/stream/{event_id}/close": "the same",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8": "the same",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}": "the same",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file": "the same",
    "/gradio_api/queue/status": "how busy the server is, for nobody but its owner",
    "/gradio_api/runs": "visitors' runs, which are not kept",
    "/monitoring": "how the page is used",
    "/monitoring/summary": "the same",
    "/monitoring/{key}": "the same",
    "/pwa_icon": "the icon",
    "/pwa_icon/{size}": "the icon in any size, however large",
    "/gradio_api/dev/reload": "for development",
    "/gradio_api/vibe-edit": "changes the program by a language model",
    "/gradio_api/undo-vibe-edit": "the same",
    "/gradio_api/vibe-code": "the same",
    "/gradio_api/vibe-starter-queries": "the same",
}
"""Gradio's and FastAPI's other addresses, and why nobody needs them."""

FOR_PICTURES = ("/live", "/gradio_api/upload", "/gradio_api/upload_progress")
"""Those of OPEN that take visitors' pictures and videos."""

_OPEN = {path: compile_path(path)[0] for path in OPEN}


def is_open(path: str, on_device: bool = False) -> bool:
    """Whether an address, without its query, is one of OPEN; a slash at its end changes nothing.

    With `on_device`, those FOR_PICTURES are shut too.
    """
    path = path.rstrip("/") or "/"
    shut = FOR_PICTURES if on_device else ()
    return any(pattern.match(path) for known, pattern in _OPEN.items() if known not in shut)


class Doors:
    """Middleware that answers 404 at every address that is not open."""

    def __init__(self, app: ASGIApp, on_device: bool = False) -> None:
        self._app, self._on_device = app, on_device

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] == "http" and not is_open(scope["path"], self._on_device):
            await refusal(scope, HTTPStatus.NOT_FOUND, "GUARD_SHUT")(scope, receive, send)
        elif scope["type"] != "websocket":  # the page has none
            await self._app(scope, receive, send)
