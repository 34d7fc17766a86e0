"""Firefox, driven as far as a test needs it, by WebDriver BiDi: https://w3c.github.io/webdriver-bidi/

Playwright's own way to an installed Firefox needs a newer one than Debian has.
"""

import itertools
import json
import re
import shutil
import subprocess
import time
from contextlib import contextmanager

import websockets.sync.client

LONGEST_START = 60  # seconds


class Tab:
    """The only tab of a Firefox."""

    def __init__(self, socket):
        self._socket, self._numbers = socket, itertools.count()
        self._ask("session.new", capabilities={})
        self._context = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def _ask(self, method, **parameters):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (told := json.loads(self._socket.recv(LONGEST_START))).get("id") != number:
            pass  # an event
        assert told["type"] == "success", told
        return told["result"]

    def before_every_page(self, function):
        """Run the JavaScript function before any other script of a page."""
        self._ask("script.addPreloadScript", functionDeclaration=function)

    def goto(self, address):
        """Open a page, and wait until it is loaded."""
        self._ask("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def evaluate(self, expression):
        """What the JavaScript expression, or its promise, gives; something that JSON can tell."""
        told = self._ask(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(JSON.stringify)",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert told["type"] == "success", told["exceptionDetails"]["text"]
        return json.loads(told["result"].get("value", "null"))

    def wait_for(self, expression, seconds=60):
        """Wait until the expression is true."""
        ends = time.monotonic() + seconds
        while not self.evaluate(expression):
            assert time.monotonic() < ends, f"never true: {expression}"
            time.sleep(0.2)


@contextmanager
def firefox(folder):
    """An installed Firefox's tab, its profile in `folder`; None where there is no Firefox."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        yield None
        return
    command = [path, "--headless", "--remote-debugging-port=0", "--profile", folder, "about:blank"]
    log = folder / "log.txt"  # a pipe would fill, and Firefox stand still
    with log.open("wb") as told, subprocess.Popen(command, stderr=told) as process:
        try:
            with websockets.sync.client.connect(address_in(log), max_size=None) as socket:
                yield Tab(socket)
        finally:
            process.terminate()


def address_in(log):
    """Where Firefox listens, as soon as it says so."""
    ends = time.monotonic() + LONGEST_START
    while not (found := re.search(r"BiDi listening on (ws://\S+)\n", log.read_text())):
        assert time.monotonic() < ends, f"Firefox did not start: {log.read_text()}"
        time.sleep(0.2)
    return f"{found[1]}/session"
