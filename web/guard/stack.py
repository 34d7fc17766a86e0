"""All guards in their order: what a request meets first is the first."""

import argparse
from collections.abc import Mapping

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
    flags: argparse.Namespace,
    accounts: Mapping[str, str],
    secret: bytes,
    disk: Disk,
    drain: Drain,
) -> list[Middleware]:
    """What `launch(app_kwargs={"middleware": ...})` takes; `flags` are those of the command line.

    Without `accounts` everybody is let in. Files are kept on the `disk`, and the `drain` tells when
    no new work is taken.
    """
    hosts = [*flags.host_name, flags.host, *LOOPBACK]
    named = [Middleware(TrustedHostMiddleware, hosts)] if flags.host_name else []
    login = [Middleware(Login, accounts, secret)] if accounts else []
    return [
        Middleware(Refusals),
        Middleware(SecurityHeaders, flags.frame),
        *named,
        Middleware(Origins),
        Middleware(Doors, flags.on_device),
        Middleware(Draining, drain),
        Middleware(Crowd),
        *login,
        Middleware(Bodies, disk, 60 * flags.keep),
        Middleware(Nonsense),
    ]
