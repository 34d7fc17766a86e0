"""The page's icon, in the size that browsers show."""

from io import BytesIO

from starlette.responses import Response
from starlette.routing import Route

from fer_system.emoji import read_emoji

SIDE = 48
"""Pixels."""


def icon_routes() -> list[Route]:
    """`GET /favicon.ico`, before Gradio's; none where there is no emoji to make it of."""
    emoji = read_emoji("happy", SIDE)
    if emoji is None:
        return []
    file = BytesIO()
    emoji.save(file, "PNG", optimize=True)
    icon = Response(file.getvalue(), media_type="image/png")
    icon.headers["Cache-Control"] = "public, max-age=86400"
    return [Route("/favicon.ico", lambda _: icon)]
