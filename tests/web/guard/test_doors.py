"""Every route of the server is in the table of open and shut ones, and the shut ones are shut."""

import re

import httpx
import pytest
from gradio.routes import App

from fer_system import Recognizer
from web.guard.doors import OPEN, SHUT, is_open
from web.guard.drain import Drain
from web.page import LAUNCH_OPTIONS, build_app
from web.routes import own_routes
from web.webcam.device import Device

OWN = {"/login", "/gradio_api/mcp", "/gradio_api/mcp/{path:path}"}
"""What a middleware answers, and what is there with --mcp alone."""


def paths(routes):
    """The paths of routes, and of routers that are among them, without a slash at the end."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from paths(inner.routes)
        else:
            yield route.path.rstrip("/") or "/"


def test_the_table_holds_the_apps_own_routes_and_no_others(model_path):
    recognizer = Recognizer(model_path, "haar")
    routes = own_routes(recognizer, Device(recognizer), Drain(0))
    page = build_app(recognizer, 60)
    page.run_history = LAUNCH_OPTIONS["run_history"]  # as `launch` does
    app = App.create_app(page, app_kwargs={"routes": routes})
    assert {*OPEN, *SHUT} == {*paths(app.routes)} | OWN
    assert not {*OPEN} & {*SHUT}


def example(path):
    return re.sub(r"{\w+(:path)?}", "x", path)


def test_what_is_shut_answers_404_and_what_is_not_named_too(subtests, address):
    for path in [*SHUT, "/gradio_api/whatever", "/gradio_api//upload", "/pwa_icon/100000"]:
        with subtests.test(path=path):
            assert not is_open(example(path))
            for method in ("GET", "POST", "TRACE", "DELETE"):
                answer = httpx.request(method, f"{address}{example(path).removeprefix('/')}")
                assert answer.status_code == 404
                assert answer.json()["detail"] == "There is nothing at this address."


@pytest.mark.parametrize("path", ["/", "/config", "/config/", "/assets/a/b.js"])
def test_what_is_open_is_open_with_and_without_a_slash(path):
    assert is_open(path)
