"""What a guard answers with instead of the page, and whom it answers."""

import ipaddress
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Scope

from web import text


def refusal(
    scope: Scope, status: HTTPStatus, name: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """The sentence of that name in web/texts, in the visitor's language."""
    language = text.best_language(Headers(scope=scope).get("accept-language", ""))
    with text.speaking(language):
        sentence: str = getattr(text, name)
    return JSONResponse({"detail": sentence}, status, headers)


def address_of(scope: Scope) -> str:
    """The visitor's address; of IPv6 the part that one household or company has to itself.

    Behind a reverse proxy on this computer, or one that the variable FORWARDED_ALLOW_IPS names,
    uvicorn has put in what the proxy says of the visitor.
    """
    host = str((scope.get("client") or ("unknown",))[0])
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else host
