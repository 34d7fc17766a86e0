"""The page's routes beside Gradio's own, on the same server."""

from starlette.routing import Route

from recognition.recognizer import Recognizer
from web.live import live_route


def routes(recognizer: Recognizer) -> list[Route]:
    """What `launch` takes as `app_kwargs={"routes": ...}`."""
    return [live_route(recognizer)]
