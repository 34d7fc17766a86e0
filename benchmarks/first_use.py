"""How long a visitor on a slow link waits for the page: until the picture tab takes a picture.

`python -m benchmarks.first_use` starts the page and Chromium on a link with a round trip of 400 ms
and 1.5 Mbit/s. For a first visit and for the next one it prints when the tab begins to send a
picture, what had been fetched by then, and what a visit fetches in all; `--list` every request.
Leave the machine alone meanwhile.
"""

from __future__ import annotations

import argparse
import base64
import shutil
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import FilePayload, Page, sync_playwright

from benchmarks.live import put_on, served

LINK = (400, 1.5)
"""Milliseconds of a round trip, and megabits a second."""
QUIET = 4000
"""Milliseconds after which nothing more is fetched."""
CONTROL = "#picture-input input[type=file]"
"""Takes the picture."""
UPLOAD = "/gradio_api/upload"
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
PICTURE = FilePayload(name="dot.png", mimeType="image/png", buffer=base64.b64decode(DOT))


@dataclass
class Fetched:
    """A request: its address, when it was sent and answered, in seconds, and the answer's bytes."""

    address: str
    sent: float
    done: float = float("inf")
    size: int = 0


class Traffic:
    """All that a page fetches, in order."""

    def __init__(self, page: Page) -> None:
        self._requests: dict[str, Fetched] = {}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._done)

    def _sent(self, event: dict[str, Any]) -> None:
        address = event["request"]["url"]
        if address.startswith("http"):
            self._requests[event["requestId"]] = Fetched(address, event["timestamp"])

    def _done(self, event: dict[str, Any]) -> None:
        request = self._requests.get(event["requestId"])
        if request is not None:
            request.done, request.size = event["timestamp"], int(event["encodedDataLength"])

    def take(self) -> list[Fetched]:
        """What was fetched since the last time; seconds count from the first request on."""
        requests = list(self._requests.values())
        self._requests.clear()
        begin = requests[0].sent
        for each in requests:
            each.sent, each.done = each.sent - begin, each.done - begin
        return requests


def visit(page: Page, address: str, traffic: Traffic) -> list[Fetched]:
    """Open the page, give it a picture as soon as it takes one, and return what it fetched."""
    with page.expect_request(lambda request: UPLOAD in request.url, timeout=120_000):
        page.goto(address, wait_until="commit")
        page.set_input_files(CONTROL, PICTURE, timeout=120_000)
    page.wait_for_timeout(QUIET)
    return traffic.take()


def report(name: str, requests: list[Fetched], every: bool) -> None:
    """Print a visit."""
    used = next(each.sent for each in requests if UPLOAD in each.address)
    before = [each for each in requests if each.done <= used]
    print(
        f"{name}: takes a picture after {used:.1f} s, with {told(before)}; in all {told(requests)}",
        flush=True,
    )
    for each in requests if every else ():
        print(f"  {each.sent:6.2f} {each.done:6.2f} s {each.size:8} bytes  {each.address[:100]}")


def told(requests: list[Fetched]) -> str:
    """How many requests, and what they weigh."""
    return f"{len(requests)} requests, {sum(each.size for each in requests) / 1000:.0f} kB"


def main() -> None:
    """Measure two visits, as often as is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="visitors, one after the other")
    parser.add_argument("--list", action="store_true", help="print every request")
    flags = parser.parse_args()
    with served() as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or playwright.chromium.executable_path
        )
        for _ in range(flags.times):
            page = browser.new_context().new_page()
            traffic = Traffic(page)
            put_on(page, LINK)
            for name in ("first visit", "next visit"):
                report(name, visit(page, address, traffic), flags.list)
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
