"""A small server behind one guard, asked without a network."""

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


def client(*middleware, endpoint=None, host="127.0.0.1", base_url="http://page.example"):
    """A client of a server that answers every request with the length of its body."""

    async def count(request: Request):
        return PlainTextResponse(f"{len(await request.body())}")

    methods = ["GET", "POST", "PUT"]
    routes = [Route("/{path:path}", endpoint or count, methods=methods)]
    app = Starlette(routes=routes, middleware=list(middleware))
    transport = httpx.ASGITransport(app, client=(host, 1), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=base_url)
