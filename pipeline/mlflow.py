"""By hand: MLflow's page on the runs, at http://localhost:5000 or another port.

`python -m pipeline.mlflow [--port PORT]` serves it until Ctrl+C. Where MLFLOW_TRACKING_URI is the
address of a server, that one has a page already, and its address is told.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from urllib.error import URLError
from urllib.request import urlopen

from pipeline.foundation.errors import PipelineError, run
from pipeline.records.journal import is_server, runs_address, tracking_uri

HOST, PORT = "127.0.0.1", 5000
PORTS = range(1, 2**16)
SECONDS_TO_LOOK, SECONDS_TO_ANSWER = 0.2, 1
"""Between two looks at the server, and for its answer."""
SECONDS_TO_END = 10
"""What goes on for so long after it was asked to end is killed."""
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # for language models; many processes
    "PYTHONWARNINGS": "ignore",  # which are about MLflow's own code
}
"""What MLflow's server can do without here."""


class Server:
    """MLflow's server on the store `uri`, in processes that Ctrl+C does not reach.

    What it says while it starts is kept for the case that it fails; later it is printed.
    """

    def __init__(self, uri: str, port: int) -> None:
        self.is_up = False
        self._health = f"http://{HOST}:{port}/health"
        self._said: list[str] = []
        store = ["--backend-store-uri", uri, "--registry-store-uri", uri]
        place = ["--host", HOST, "--port", str(port)]
        small = ["--workers", "1", "--uvicorn-opts", "--log-level warning"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *store, *place, *small],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=SETTINGS | os.environ,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            if self.is_up:
                print(line, end="", file=sys.stderr, flush=True)
            else:
                self._said.append(line)

    def look(self) -> bool:
        """Whether it is the first time that it answers; PipelineError where it has ended."""
        if self._process.poll() is not None:
            self._listener.join(SECONDS_TO_ANSWER)
            words = [line for line in self._said if not self.is_up and line.strip()]
            code = f"exit code {self._process.returncode}"
            raise PipelineError(f"MLflow's server ended: {words[-1].strip() if words else code}")
        before, self.is_up = self.is_up, self.is_up or self._answers()
        return self.is_up and not before

    def _answers(self) -> bool:
        with suppress(URLError, ConnectionError, TimeoutError):
            urlopen(self._health, timeout=SECONDS_TO_ANSWER).close()
            return True
        return False

    def end(self) -> None:
        """End all its processes."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(SECONDS_TO_END)
            os.killpg(self._process.pid, signal.SIGKILL)


def serve(uri: str, port: int, address: str) -> None:
    """Serve the page on the store `uri` until Ctrl+C; say when it is at `address`."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    server = Server(uri, port)
    try:
        while not ended.wait(SECONDS_TO_LOOK):
            if server.look():
                print(f"The runs: {address} (Ctrl+C ends it).", flush=True)
    finally:
        server.end()


def parse_port() -> int:
    """The port that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=a_port, default=PORT, help=f"default: {PORT}")
    port: int = parser.parse_args().port
    return port


def a_port(text: str) -> int:
    """A port, of a word of the command line."""
    if not text.isdecimal() or int(text) not in PORTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {PORTS[0]} to {PORTS[-1]}")
    return int(text)


def check_free(port: int) -> None:
    """PipelineError where nothing can be served at a port."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        other = port + 50 if port + 50 in PORTS else PORT
        raise PipelineError(
            f"port {port} cannot be used ({error.strerror}); name another one, for example "
            f"`make mlflow PORT={other}` or `python -m pipeline.mlflow --port {other}`"
        ) from error


def main() -> None:
    """Tell the page's address; where the journal is no server, serve the page until Ctrl+C."""
    port, uri = parse_port(), tracking_uri()
    if is_server(uri):
        print(f"The runs: {runs_address(uri.rstrip('/'))}")
        return
    check_free(port)
    print("Starting MLflow's page ...", flush=True)
    with suppress(KeyboardInterrupt):
        serve(uri, port, runs_address(f"http://localhost:{port}"))


if __name__ == "__main__":
    run(main)
