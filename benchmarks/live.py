"""The webcam tab in real browsers: answers a second, how late they come, how far beside the face
the box is drawn, and how labels flicker.

`python -m benchmarks.live [CLIP]` starts the page and Chromium, whose camera shows the clip, or a
moving photograph where none is given, as 640x480 at 30 pictures a second, once recognised by the
server and once on the visitors' devices; then the films of `benchmarks.boxes`, on the device, near
the server and on long links. `--minutes 10` watches the server's memory for so long. Browsers and
server share the machine: leave it alone meanwhile.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import cv2
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from skimage import data

from benchmarks import boxes
from fer_system import Recognizer, Tracker

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT, RATE = boxes.WIDTH, boxes.HEIGHT, boxes.RATE
ON_DEVICE = "on the device"
LINKS = {
    ON_DEVICE: None,
    "beside the server": None,
    "a round trip of 200 ms": (200, -1),
    "a round trip of 400 ms, 1.5 Mbit/s": (400, 1.5),
}
"""Milliseconds, and megabits a second, -1 for as many as there are."""
WARM_UP = 3000  # ms
LONGEST_OPENING = 180_000  # ms, of the models on a device, while other visitors keep it busy
FLAGS = [
    "--headless=new",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
]
VISITORS = {"by the server": (1, 4), ON_DEVICE: (1, 8)}
"""Where faces are recognised, and how many visitors are measured."""
LISTEN = """() => {
  window.answers = [];
  const keep = ({ detail: { now, taken, shown } }) => answers.push([now - taken, shown]);
  document.addEventListener("answer", keep, true);
}"""


def frames_of(clip: Path | None) -> Iterator[np.ndarray]:
    """The clip's pictures, uint8 RGB, cut to 640x480; without one, a photograph that moves."""
    if clip is None:
        photograph = cv2.resize(data.astronaut(), (HEIGHT, HEIGHT))
        for step in (*range(0, 160, 4), *range(160, 0, -4)):
            frame = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
            frame[:, step : step + HEIGHT] = photograph
            yield frame
        return
    with av.open(str(clip)) as container:
        for picture in container.decode(video=0):
            scale = max(WIDTH / picture.width, HEIGHT / picture.height)
            size = round(picture.width * scale), round(picture.height * scale)
            pixels = cv2.resize(picture.to_ndarray(format="rgb24"), size)
            left, top = (size[0] - WIDTH) // 2, (size[1] - HEIGHT) // 2
            yield pixels[top : top + HEIGHT, left : left + WIDTH]


def write_camera(frames: Iterable[np.ndarray], path: Path) -> None:
    """What Chromium takes for a camera: JPEGs one after another."""
    with path.open("wb") as file:
        for frame in frames:
            _, encoded = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
            file.write(encoded.tobytes())


def flicker(clip: Path | None) -> dict[str, float]:
    """Label changes a minute of the largest face, where no picture is left out."""
    recognizer, tracker = Recognizer(), Tracker()
    labels: dict[str, list[str | None]] = {"each picture by itself": [], "tracked": []}
    for number, frame in enumerate(frames_of(clip)):
        faces = recognizer.frame(frame)
        tracked = [face for face in tracker.update(faces, number / RATE) if not face.unseen]
        if faces:
            largest = max(tracked, key=lambda face: face.box[2])
            raw = None if faces[0].uncertain else faces[0].label
            labels["each picture by itself"].append(raw)
            labels["tracked"].append(largest.shown)
    return {name: changes(shown) * 60 * RATE / len(shown) for name, shown in labels.items()}


def changes(shown: Iterable[str | None]) -> int:
    """How often one label follows another, or none."""
    return sum(a != b for a, b in itertools.pairwise(shown))


def address_in(printed: Iterable[str]) -> str:
    """Where the page is, read from what it prints; RuntimeError where it ends before it says so."""
    for line in printed:
        if found := re.match(r"The page is at (\S+)", line):
            return found[1]
    raise RuntimeError("The page did not start.")


@contextmanager
def served() -> Iterator[tuple[str, int]]:
    """The page as a user starts it: its address and its process."""
    command = [sys.executable, str(ROOT / "app.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield address_in(process.stdout or ()), process.pid
        finally:
            process.terminate()


def visit(browser: Browser, address: str, on_device: bool = False) -> Page:
    """A visitor of its own, whose camera runs."""
    page = browser.new_context().new_page()
    page.goto(address)
    page.get_by_role("tab", name="Webcam").click()
    page.evaluate(LISTEN)
    if on_device:
        page.locator("#webcam [data-part=device]").click()
        on = page.locator("#webcam [data-part=device][aria-pressed=true]")
        on.wait_for(timeout=LONGEST_OPENING)
    page.locator("#webcam [data-part=start]").click()
    return page


def measure(pages: list[Page], seconds: float, server: int) -> None:
    """Print what every visitor gets, and how busy the server's process is meanwhile."""
    pages[0].wait_for_timeout(WARM_UP)
    for page in pages:
        page.evaluate("answers.length = 0")
    began = processor_seconds(server)
    pages[0].wait_for_timeout(1000 * seconds)
    share = (processor_seconds(server) - began) / seconds
    for number, page in enumerate(pages, 1):
        latencies, shown = zip(*page.evaluate("answers"), strict=True)
        p50, p95 = np.percentile(latencies, (50, 95))
        print(
            f"  visitor {number} of {len(pages)}: {len(latencies) / seconds:.1f} answers a second, "
            f"after {p50:.0f} ms (median) and {p95:.0f} ms (95 %); "
            f"{60 / seconds * changes(shown):.0f} label changes a minute",
            flush=True,
        )
    print(f"  the server takes {100 * share:.0f} % of a core", flush=True)


def processor_seconds(pid: int) -> float:
    """For how long a process has used a core so far, on Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """Memory that a process occupies, on Linux."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    resident = next(line for line in lines if line.startswith("VmRSS:"))  # "VmRSS:   1234 kB"
    return int(resident.split()[1]) / 1024


@contextmanager
def chromium(frames: Iterable[np.ndarray]) -> Iterator[Browser]:
    """A browser whose camera shows the pictures, again and again."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        camera = Path(folder) / "camera.mjpeg"
        write_camera(frames, camera)
        yield playwright.chromium.launch(
            executable_path=shutil.which("chromium") or playwright.chromium.executable_path,
            ignore_default_args=["--headless"],
            args=[*FLAGS, f"--use-file-for-fake-video-capture={camera}"],
        )


def put_on(page: Page, link: tuple[float, float] | None) -> None:
    """Let all that the page asks for pass through `link`, one of LINKS."""
    if link is None:
        return
    milliseconds, megabits = link
    speed = megabits if megabits < 0 else megabits * 1e6 / 8
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": milliseconds,
            "downloadThroughput": speed,
            "uploadThroughput": speed,
        },
    )


def measure_boxes(address: str, seconds: float, server: int) -> None:
    """Print how far beside a face that swings, and one that stops, its box is drawn."""
    for name, places in {"swings": boxes.swing(), "stops": boxes.stops()}.items():
        true = boxes.true_boxes(places)
        with chromium(boxes.film(places)) as browser:
            for link, conditions in LINKS.items():
                page = visit(browser, address, link == ON_DEVICE)
                page.get_by_role("button", name="Mirror").click()
                put_on(page, conditions)
                measure([page], seconds / 2, server)
                boxes.sample(page)
                page.wait_for_timeout(1000 * seconds)
                found = boxes.errors(page.evaluate("samples"), places, true)
                p50, p95 = np.percentile(100 * found.distances, (50, 95))
                beyond = 100 * boxes.overshoot(found) if name == "stops" else None
                print(
                    f"  a face that {name}, {link}: box beside it by {p50:.1f} % of its width "
                    f"(median) and {p95:.1f} % (95 %)"
                    + (f", beyond it by {beyond:.1f} % at most" if beyond is not None else ""),
                    flush=True,
                )
                page.context.close()


def watch(page: Page, server: int, minutes: int) -> None:
    """Print once a minute how much memory the server occupies while the pages stay open."""
    for minute in range(minutes + 1):
        print(f"  server after {minute} minutes: {megabytes(server):.0f} MB", flush=True)
        if minute < minutes:
            page.wait_for_timeout(60_000)


def main() -> None:
    """Measure one visitor and several, memory, boxes and flicker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--minutes", type=int, default=0, help="watch the memory for so long")
    flags = parser.parse_args()
    with served() as (address, server):
        for place, counts in VISITORS.items():
            print(f"Recognised {place}:")
            with chromium(frames_of(flags.clip)) as browser:
                pages: list[Page] = []
                for visitors in counts:
                    new = range(visitors - len(pages))
                    pages += [visit(browser, address, place == ON_DEVICE) for _ in new]
                    measure(pages, flags.seconds, server)
                watch(pages[0], server, flags.minutes)
        print("Boxes:")
        measure_boxes(address, flags.seconds, server)
    for name, changes in flicker(flags.clip).items():
        print(f"  label changes a minute, {name}: {changes:.1f}")


if __name__ == "__main__":
    main()
