"""The real page in a process of its own, started as a user starts it."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app.py"
SECONDS_TO_START = 120
with_both_detectors = pytest.mark.parametrize("detector", ["haar", "yunet"], indirect=True)
"""For tests of the page that see it find faces; the others are content with Haar."""


def run_app(*flags, **options):
    """Run app.py to its end and return the finished process with its output as text."""
    return subprocess.run(
        [sys.executable, str(APP), *map(str, flags)],
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_START,
        **options,
    )


@contextmanager
def serve(
    model, *flags, detector="haar", program=(str(APP),), cwd=None, **environment
) -> Iterator[tuple[str, str]]:
    """Serve the page; gives its address and what was printed before it."""
    with started(model, *flags, detector=detector, program=program, cwd=cwd, **environment) as page:
        yield page[1:]


@contextmanager
def started(
    model, *flags, detector="haar", program=(str(APP),), cwd=None, **environment
) -> Iterator[tuple[subprocess.Popen, str, str]]:
    """As `serve`, and before the address the process, which may be ended within."""
    process = subprocess.Popen(
        [sys.executable, *program, "--model", model, "--detector", detector, *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        env=os.environ | environment,
    )
    too_late = threading.Timer(SECONDS_TO_START, process.kill)
    too_late.start()
    try:
        printed = ""
        for line in process.stdout:
            if found := re.match(r"The page is at (\S+)", line):
                break
            printed += line
        else:
            raise RuntimeError(f"The page did not start:\n{printed}")
        too_late.cancel()
        # Nobody reads on, and a full pipe would halt the page.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield process, found[1], printed
    finally:
        too_late.cancel()
        process.terminate()
        process.wait(timeout=60)
