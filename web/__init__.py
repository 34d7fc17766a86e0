"""The page: pictures and the webcam in the browser."""

from web.page import LAUNCH_OPTIONS, build_app

__all__ = ["LAUNCH_OPTIONS", "build_app"]
