"""The page, made of Gradio's components: one file per tab."""

from web.page import LAUNCH_OPTIONS, build_app
from web.routes import own_routes
from web.text import translations
from web.tools import answer_in_json

__all__ = ["LAUNCH_OPTIONS", "answer_in_json", "build_app", "own_routes", "translations"]
