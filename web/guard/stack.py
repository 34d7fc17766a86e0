"""All guards in their order: what a request meets first is the first."""

from collections.abc import Mapping, Sequence

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from web.guard.bodies import Bodies
from web.guard.connections import Crowd
from web.guard.disk import Disk
from web.guard.doors import Doors
from web.guard.drain import Drain, Draining
from web.guard.headers import SecurityHeaders
from web.guard.login import Login
from web.guard.nonsense import Nonsense
from web.guard.origins import Origins
from web.metrics import Refusals

LOOPBACK = ["localhost", "127.0.0.1"]


def guards(
    disk: Disk,
    seconds: float,
    accounts: Mapping[str, str],
    secret: bytes,
    host_names: Sequence[str],
    on_device: bool,
    drain: Drain,
) -> list[Middleware]:
    """What `launch(app_kwargs={"middleware": ...})` takes.

    Files are kept on the `disk` for so many `seconds`; without `accounts` everybody is let in;
    without `host_names` the server answers to any name; with `on_device` it takes no pictures.
    The `drain` tells when it takes no new work.
    """
    named = [Middleware(TrustedHostMiddleware, [*host_names, *LOOPBACK])] if host_names else []
    login = [Middleware(Login, accounts, secret)] if accounts else []
    return [
        Middleware(Refusals),
        Middleware(SecurityHeaders),
        *named,
        Middleware(Origins),
        Middleware(Doors, on_device),
        Middleware(Draining, drain),
        Middleware(Crowd),
        *login,
        Middleware(Bodies, disk, seconds),
        Middleware(Nonsense),
    ]
