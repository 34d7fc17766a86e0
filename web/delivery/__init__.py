"""How the page comes to browsers: small, soon, and but once."""

from typing import cast

import gradio as gr
from starlette.middleware import Middleware
from starlette.routing import Route

from web.delivery.assets import Assets
from web.delivery.built import needs
from web.delivery.icon import icon_routes
from web.delivery.page import Page


def deliver(app: gr.Blocks) -> tuple[list[Route], Middleware]:
    """Routes of `launch`, and what goes before all other middleware."""
    wanted = needs(cast("dict", app.config))
    assets = Assets(wanted.styles)
    return [assets.route(), *icon_routes()], Middleware(Page, app, wanted, assets.sheet)
