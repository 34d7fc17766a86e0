"""The ES modules of a tab, which the browser loads from a route of the tab's own."""

from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import text


def entry(address: str) -> str:
    """What Gradio runs in the browser as the body of a function of `element`, `props` and more.

    The module at `address` exports `begin`, which gets them. Where it does not arrive, that is said
    before the element, which Gradio may write anew; words.js puts it into the visitor's language.
    """
    incomplete = text.TEXTS["en"]["GRADIO"]["incomplete"]
    return f"""
const address = `${{window.gradio_config.root}}{address}`;
const told = Object.assign(document.createElement("p"), {{
  role: "alert", className: "fer-note fer-missing", textContent: "{incomplete}",
}});
import(address).then(
  ({{ begin }}) => begin(element, props, {{ trigger, watch }}),
  (error) => {{
    console.error(error);
    element.before(told);
  }},
);
"""


def script_route(folder: Path) -> Route:
    """`GET /FOLDER/NAME.js`: the files of this folder as they were at the start, and no others."""
    scripts = {path.name: path.read_bytes() for path in folder.glob("*.js")}

    def script(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in scripts:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        # Asked for with every visit, so that no browser mixes the modules of two versions.
        return Response(
            scripts[name], media_type="text/javascript", headers={"Cache-Control": "no-cache"}
        )

    return Route(f"/{folder.name}/{{name}}", script)
