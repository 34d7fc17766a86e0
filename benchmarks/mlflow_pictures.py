"""MLflow's page on the runs of this clone, in pictures of a screen of 1440 x 900 pixels.

`python -m benchmarks.mlflow_pictures [OUT]` serves the page as `make mlflow` does, goes through it
in Chromium as a user does, and writes list, charts, compare, run and version as PNG to OUT. With
`--docs` it writes those that docs/mlflow.md shows. It ends with 1 where the list is wider than the
screen.
"""

from __future__ import annotations

import argparse
import io
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from pipeline.foundation.errors import PipelineError, run
from pipeline.foundation.files import write_whole
from pipeline.foundation.params import REPOSITORY

SCREEN: ViewportSize = {"width": 1440, "height": 900}
PATIENCE = 120_000
"""Milliseconds for anything to come: MLflow's server is slow at first."""
DOCS, IN_DOCS = REPOSITORY / "docs" / "pictures", ("list", "run")
RUN = ".ag-pinned-left-cols-container a, .ag-center-cols-container a[href*='/runs/']"
"""A run's name in the list."""
LACKING = "it => it.scrollWidth - it.clientWidth"


@contextmanager
def served() -> Iterator[str]:
    """The address of the list of runs, while the page is served."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.mlflow", "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    try:
        lines = process.stdout or ()
        found = next(filter(None, (re.search(r"http\S+", line) for line in lines)), None)
        if not found:
            raise PipelineError("there is nothing to take pictures of; the line above says why")
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


@contextmanager
def opened(address: str) -> Iterator[Page]:
    """The list of runs in Chromium, for whoever closed MLflow's assistant and chose its menu."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or playwright.chromium.executable_path
        )
        page = browser.new_page(viewport=SCREEN)
        page.set_default_timeout(PATIENCE)
        page.goto(address.partition("#")[0])
        page.locator("[data-component-id='mlflow.assistant.chat_panel.close']").click()
        page.get_by_role("button", name="Model training").click()
        page.goto(address)
        page.locator(RUN).first.wait_for()
        yield page
        browser.close()


def views(page: Page) -> Iterator[str]:
    """The name of each view, which `page` shows by then; begins with the list."""
    yield "list"
    page.locator("label:has(input[value=CHART])").click()
    page.locator(".js-plotly-plot .bars").first.wait_for()
    yield "charts"
    page.locator("label:has(input[name=runs-view-mode])").first.click()
    page.get_by_label("Select all runs").check()
    page.get_by_role("button", name="Compare").click()
    page.locator(".js-plotly-plot").first.wait_for()
    yield "compare"
    page.go_back()
    page.locator(RUN).first.click()
    page.get_by_text("About this run").wait_for()
    yield "run"
    page.get_by_role("link", name="fer", exact=True).last.click()
    page.get_by_text("Registered At").wait_for()
    yield "version"


def too_wide(page: Page) -> int:
    """Pixels of the list that the screen has no room for."""
    lacking: int = page.locator(".ag-center-cols-viewport").evaluate(LACKING)
    return lacking


def settled(page: Page) -> bytes:
    """A PNG of the page, once two in a row are the same."""
    before, now = b"", page.screenshot()
    while now != before:
        page.wait_for_timeout(1000)
        before, now = now, page.screenshot()
    return now


def write(picture: bytes, path: Path) -> None:
    """Write a PNG as what `path` is named for."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    write_whole(path, lambda partial: image.save(partial, quality=85, method=6))
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Take the pictures; say whether the list fits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=Path("mlflow_pictures"))
    parser.add_argument("--docs", action="store_true", help="write those of docs/mlflow.md alone")
    flags = parser.parse_args()
    with served() as address, opened(address) as page:
        lacking = too_wide(page)
        for name in views(page):
            picture = settled(page)
            if not flags.docs:
                write(picture, flags.out / f"{name}.png")
            elif name in IN_DOCS:
                write(picture, DOCS / f"mlflow_{name}.webp")
    if lacking > 0:
        raise PipelineError(
            f"the list is {lacking} pixels too wide: see pipeline/records/runs_view.json"
        )


if __name__ == "__main__":
    run(main)
