"""Everything hostile by kind, and the doors of the system that each kind is tried at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.whole.hostile import archives, pictures, requests, videos
from tests.whole.hostile.pictures import Input


class Kind(NamedTuple):
    """A kind of hostile inputs: what makes them, always the same, and the doors they fit."""

    make: Callable[[], Iterator[Input]]
    doors: tuple[str, ...]


PICTURE_DOORS = ("page", "call", "live", "tool", "library", "command")
FILE_DOORS = ("page", "call", "tool", "library", "command")

KINDS = {
    "scans": Kind(pictures.scans, PICTURE_DOORS),
    "bombs": Kind(pictures.bombs, PICTURE_DOORS),
    "tiffs": Kind(pictures.tiffs, PICTURE_DOORS),
    "exifs": Kind(pictures.exifs, PICTURE_DOORS),
    "chunks": Kind(pictures.chunks, PICTURE_DOORS),
    "truncated": Kind(pictures.truncated, PICTURE_DOORS),
    "modes": Kind(pictures.modes, PICTURE_DOORS),
    "animations": Kind(pictures.animations, PICTURE_DOORS),
    "polyglots": Kind(pictures.polyglots, (*PICTURE_DOORS, "stored")),
    "names": Kind(pictures.names, ("page", "call", "folder", "stored")),
    "crowd": Kind(pictures.crowd, PICTURE_DOORS),
    "mutations": Kind(pictures.mutations, PICTURE_DOORS),
    "archives": Kind(archives.archives, FILE_DOORS),
    "videos": Kind(videos.videos, FILE_DOORS),
    "payloads": Kind(requests.payloads, ("payload",)),
    "queue": Kind(requests.queue_requests, ("raw",)),
    "live": Kind(requests.live, ("raw",)),
    "http": Kind(requests.http, ("raw",)),
    "mcp": Kind(requests.mcp, ("raw",)),
}
