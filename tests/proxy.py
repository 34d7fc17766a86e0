"""A reverse proxy that serves another server's page under a path prefix, as nginx would."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

METHODS = ["GET", "HEAD", "POST"]
HOP_BY_HOP = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


@contextmanager
def proxied(address: str, prefix: str) -> Iterator[str]:
    """Serve what is at `address` below `prefix` of another port; gives the address there."""
    client = httpx.AsyncClient(base_url=address, timeout=60)

    async def forward(request: Request) -> StreamingResponse:
        headers = [
            (name, value) for name, value in request.headers.raw if name.decode() not in HOP_BY_HOP
        ]
        headers += [(b"x-forwarded-host", request.headers["host"].encode())]
        url = httpx.URL(
            path=request.url.path.removeprefix(prefix), query=request.url.query.encode()
        )
        sent = client.build_request(
            request.method, url, headers=headers, content=await request.body()
        )
        answer = await client.send(sent, stream=True)
        kept = {name: value for name, value in answer.headers.items() if name not in HOP_BY_HOP}
        return StreamingResponse(answer.aiter_raw(), answer.status_code, kept)

    app = Starlette(routes=[Route(f"{prefix}/{{path:path}}", forward, methods=METHODS)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}{prefix}/"
    finally:
        server.should_exit = True
        thread.join()
