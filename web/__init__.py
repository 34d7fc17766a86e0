"""The page, made of Gradio's components: one file per tab."""

from web.page import LAUNCH_OPTIONS, build_app
from web.routes import routes
from web.text import translations

__all__ = ["LAUNCH_OPTIONS", "build_app", "routes", "translations"]
