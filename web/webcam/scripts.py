"""The tab's ES modules and its worker, which the browser loads from a route of their own."""

from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ENTRY = """
const address = `${window.gradio_config.root}/webcam/main.js`;
import(address).then(({ begin }) => begin(element, props));
"""
"""What Gradio runs in the browser as the body of a function of `element` and `props`."""


def script_route() -> Route:
    """`GET /webcam/NAME.js`: the files of this folder as they were at the start, and no others."""
    scripts = {path.name: path.read_bytes() for path in Path(__file__).parent.glob("*.js")}

    def script(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in scripts:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        # Asked for with every visit, so that no browser mixes the modules of two versions.
        return Response(
            scripts[name], media_type="text/javascript", headers={"Cache-Control": "no-cache"}
        )

    return Route("/webcam/{name}", script)
