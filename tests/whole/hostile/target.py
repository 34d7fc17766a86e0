"""The page that is attacked, and the verdict on what it answers."""

from __future__ import annotations

import os
import re
import site
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import httpx
import psutil

from tests.whole.hostile.pictures import MARK

ROOT = Path(__file__).parents[3]
SECONDS_TO_START = 120
DELIBERATE = (503, 507)
"""The server may be busy or full; any other 5xx is a fault of its own."""
UNSAID = "unsaid"
FAULTS = ("5xx", "crash", "hang", "leak", "script", UNSAID)
"""Verdicts that must not be."""
VERDICTS = ("2xx", "4xx", "refused", "busy", "closed", *FAULTS)
SCRIPT = (MARK, "<script>hostile()")
SAID = 2_000_000
"""Bytes of an answer that are looked at."""


class Outcome(NamedTuple):
    """What became of an input at a door: one of VERDICTS, and why."""

    verdict: str
    note: str = ""


API = {
    "picture-input": "predict_image",
    "folder-input": "predict_images",
    "video-input": "predict_video",
}
"""The page's tabs by what takes their files, and the endpoints that do the same."""


@dataclass
class Target:
    """A page that is attacked.

    `temporary` is its folder for temporary files, and `secrets` what none of its answers may hold:
    places on the server's disk. `model` and `detector` are for the doors that need no server.
    """

    address: str
    pid: int
    model: Path
    detector: str
    temporary: Path | None = None
    log: Path | None = None
    secrets: tuple[str, ...] = ()
    client: httpx.Client = field(init=False)
    functions: dict[str, tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        folders = (str(ROOT), sys.prefix, *site.getsitepackages(), os.path.dirname(os.__file__))  # noqa: PTH120
        self.secrets += (*folders, "Traceback (most recent", "root:x:0:0")
        self.client = httpx.Client(base_url=self.address, trust_env=False, timeout=60)
        self.functions = page_functions(self.client.get("config").json())

    def alive(self) -> bool:
        """Whether the server's process is there."""
        return (
            psutil.pid_exists(self.pid)
            and psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        )

    def healthy(self, limit: float) -> bool:
        """Whether the page tells within so many seconds that it is well."""
        try:
            return self.client.get("healthz", timeout=limit).status_code == 200
        except httpx.HTTPError:
            return False


def page_functions(config: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """The numbers of the functions that the page itself calls, and of what triggers them."""
    named = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
    found = {}
    for function in config["dependencies"]:
        for trigger, event in function["targets"]:
            given = [named.get(number) for number in function["inputs"]]
            asks = function["backend_fn"] and event in ("change", "then", "success")
            if given and given[0] in API and asks:
                found[given[0]] = (function["id"], trigger)
    return found


@contextmanager
def served(model: Path, detector: str, *flags: str) -> Iterator[Target]:
    """The page in a process of its own, with folders of its own that vanish after it."""
    with TemporaryDirectory(prefix="hostile-", ignore_cleanup_errors=True) as folder:
        log, temporary = Path(folder, "log"), Path(folder, "temporary")
        temporary.mkdir()
        command = [sys.executable, str(ROOT / "app.py"), "--model", str(model)]
        with log.open("wb") as written:
            process = subprocess.Popen(
                [*command, "--detector", detector, *flags],
                stdout=written,
                stderr=subprocess.STDOUT,
                env=os.environ | {"TMPDIR": str(temporary)},
            )
        try:
            yield Target(_address(process, log), process.pid, model, detector, temporary, log)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:  # it is still busy with what we sent
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"^The page is at (\S+)", log.read_text(), re.MULTILINE):
            return found[1]
        time.sleep(0.2)
    raise RuntimeError(f"The page did not start:\n{log.read_text()}")


# Judging


def judged(target: Target, status: int, said: str, kind: str = "") -> Outcome:
    """The verdict on an answer of HTTP with that status, text and content type."""
    if fault := leak(target, said, refused=status >= 400):
        return fault
    if "text/html" in kind and any(mark in said for mark in SCRIPT):
        return Outcome("script", excerpt(said, *SCRIPT))
    if status in DELIBERATE:
        return Outcome("busy")
    if status == 500 and re.match(r'\{"error":"[^"]', said):  # a sentence of ours, by Gradio
        return Outcome("refused", said[:200])
    if status >= 500:
        return Outcome("5xx", f"{status}: {said[:200]}")
    return Outcome("4xx" if status >= 400 else "2xx")


def leak(target: Target, said: str, refused: bool) -> Outcome | None:
    """A leak in an answer. Only refusals tell no path of an upload, which is its visitor's own."""
    secrets = target.secrets
    if refused and target.temporary:
        secrets += (str(target.temporary),)
    if any(secret in said for secret in secrets):
        return Outcome("leak", excerpt(said, *secrets))
    return None


def excerpt(said: str, *words: str) -> str:
    """What stands around the first of some words in a text."""
    place = min(said.index(word) for word in words if word in said)
    return said[max(0, place - 60) : place + 140]


def refusal(target: Target, error: object) -> Outcome:
    """The verdict on an error in an event stream: refused by a sentence, or without one."""
    if fault := leak(target, str(error), refused=True):
        return fault
    return Outcome("refused", str(error)[:200]) if error else Outcome(UNSAID, "no reason is told")
