"""Files that callers of the API name: what was uploaded here, or what a public address holds."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Any

import gradio as gr
import httpx
import safehttpx
from gradio.utils import get_upload_folder, is_in_or_equal
from gradio_client.utils import (
    is_file_obj_with_meta,
    strip_invalid_filename_characters,
    traverse,
)

from web import text
from web.guard.disk import Disk

MOST_MEGABYTES, MOST_SECONDS, MOST_REDIRECTS = 200, 60, 5
"""Of a file at an address; as many megabytes as of one that is uploaded."""
FILES = (gr.Image, gr.Video, gr.File)
"""Components whose values are files."""
SHOWN = 120
"""Letters of a caller's own words that are repeated to them."""

File = dict[str, Any]
"""A file as Gradio's clients give it: the path of an upload, or an address."""


class Addresses:
    """Has a page say which file it does not take and why; made once, before it is launched.

    Gradio answers nothing there but that there was an error. What lies at a public address is
    fetched here, within bounds; Gradio has none.
    """

    def __init__(self, app: gr.Blocks, disk: Disk) -> None:
        self._app, self._disk, self._process = app, disk, app.process_api
        app.process_api = self.process  # type: ignore[method-assign]

    async def process(
        self,
        block_fn: Any,  # noqa: ANN401, a number or what it stands for
        inputs: list[Any],
        *others: Any,  # noqa: ANN401, as Gradio has them
        **named: Any,  # noqa: ANN401
    ) -> dict[str, Any]:
        """Takes the place of Gradio's own: runs a job whose files are all here."""
        components = (self._app.fns[block_fn] if isinstance(block_fn, int) else block_fn).inputs
        headers = getattr(named.get("request"), "headers", None) or {}
        with text.speaking(text.best_language(headers.get("accept-language", ""))):
            is_begun = bool(named.get("iterator"))  # then Gradio reads no arguments
            given = () if is_begun else zip(components, inputs, strict=False)
            for component, value in given:
                if isinstance(component, FILES):
                    for file in files_of(value, isinstance(component, gr.File)):
                        await self._settle(file, isinstance(component, gr.Image))
                for file in marked_files(value):
                    await self._settle(file, isinstance(component, gr.Image))
            # Gradio reads the arguments before it tells whose request it is.
            return await self._process(block_fn, inputs, *others, **named)

    async def _settle(self, file: File, may_hold: bool) -> None:
        """See that a file is here, fetched if need be; gr.Error says why not.

        With `may_hold` the file may be in the address itself.
        """
        address = str(address_of_file(file))
        scheme = address.partition(":")[0].lower()
        if scheme in ("http", "https"):
            path = await fetched(address, self._disk.room())
            file |= {"path": str(path), "url": None, "orig_name": path.name}
        elif scheme == "data" and may_hold:
            file["url"] = address
            file.pop("path", None)  # or Gradio would look for it on the disk
        else:
            check_uploaded(address)


def files_of(value: Any, many: bool) -> Iterator[File]:  # noqa: ANN401
    """The files of a component's value; gr.Error where it is none, nor, of `many`, a list."""
    for file in value if many and isinstance(value, list) else [value]:
        if file is None:
            continue
        if not isinstance(file, dict) or not isinstance(address_of_file(file), str):
            raise text.alert(text.FILE_NONE.format(value=shown(file)))
        yield file


def marked_files(value: Any) -> list[File]:  # noqa: ANN401
    """What Gradio takes for files, wherever in any component's value: it would fetch them too."""
    found: list[File] = []
    traverse(value, found.append, is_file_obj_with_meta)
    return found


def address_of_file(file: File) -> Any:  # noqa: ANN401
    """The path or the address that a caller gave, which may be anything."""
    return file.get("path") or file.get("url")


def check_uploaded(path: str) -> None:
    """Raise gr.Error for the path of a file that was not uploaded, or is here no longer."""
    if "\0" in path or not is_in_or_equal(path, get_upload_folder()):
        raise text.alert(text.FILE_FOREIGN.format(name=shown(path)))
    if not Path(path).is_file():
        raise text.alert(text.FILE_GONE.format(name=shown(Path(path).name)))


def shown(value: Any) -> str:  # noqa: ANN401
    """What a caller gave, in a sentence to them."""
    written = value if isinstance(value, str) else str(value)
    return written if len(written) <= SHOWN else f"{written[:SHOWN]} ..."


async def fetched(address: str, room: int) -> Path:
    """The file at a public address, as an upload of at most `room` bytes; gr.Error says why not."""
    try:
        return await asyncio.wait_for(_fetched(httpx.URL(address), room), MOST_SECONDS)
    except (OSError, UnicodeError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise text.alert(text.ADDRESS_SILENT.format(address=shown(address))) from error
    except asyncio.TimeoutError as error:  # an OSError from Python 3.11 on
        raise text.alert(text.ADDRESS_SILENT.format(address=shown(address))) from error


async def _fetched(url: httpx.URL, room: int) -> Path:
    name = strip_invalid_filename_characters(PurePosixPath(url.path).name) or "file"
    path = Path(mkdtemp(prefix="fetched-", dir=get_upload_folder()), name)
    try:
        async with answer_of(url) as response:
            if response.status_code != HTTPStatus.OK:
                given = {"address": shown(str(url)), "status": response.status_code}
                raise text.alert(text.ADDRESS_STATUS.format(**given))
            await keep(response, path, room)
    except BaseException:
        path.unlink(missing_ok=True)
        path.parent.rmdir()
        raise
    return path


async def keep(response: httpx.Response, path: Path, room: int) -> None:
    """Write the file that an answer is to `path`; gr.Error where it is too long."""
    with path.open("wb") as file:
        async for part in response.aiter_raw():  # unpacked, a kilobyte could be gigabytes
            file.write(part)
            if file.tell() > MOST_MEGABYTES * 1_000_000:
                given = {"address": shown(str(response.url)), "limit": MOST_MEGABYTES}
                raise text.alert(text.ADDRESS_TOO_LARGE.format(**given))
            if file.tell() > room:
                raise text.alert(text.GUARD_DISK_FULL)


@asynccontextmanager
async def answer_of(url: httpx.URL) -> AsyncIterator[httpx.Response]:
    """The answer at an address, not yet read; every host on the way to it must be public."""
    for _ in range(MOST_REDIRECTS + 1):
        transport = safehttpx.AsyncSecureTransport(await public_ip(url))
        async with (
            httpx.AsyncClient(transport=transport) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if not response.has_redirect_location:
                yield response
                return
            url = url.join(response.headers["location"])  # the transport has put an IP into its own
    raise httpx.TooManyRedirects("Sent from one address to the next too often.")


def is_public_ip(place: str) -> bool:
    """Whether an IP address is on the internet.

    safehttpx lets 100.64.0.0/10 pass, in which providers and clouds have services of their own.
    """
    return safehttpx.is_public_ip(place) and ipaddress.ip_address(place).is_global


async def public_ip(url: httpx.URL) -> str:
    """Where a host is on the internet; gr.Error where it is not, OSError where it is unknown."""
    found = await asyncio.get_running_loop().getaddrinfo(url.host, None)
    for *_, place in found:
        if is_public_ip(str(place[0])):
            return str(place[0])
    raise text.alert(text.ADDRESS_PRIVATE.format(address=shown(str(url))))
