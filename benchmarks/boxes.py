"""Films of a face whose place in every picture is known, and how far beside it the page draws.

Every picture has its number in its lowest rows, black and white blocks for its bits. So what the
page draws can be compared with the very picture that it shows meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Page
from skimage import data

from fer_system import Recognizer

WIDTH, HEIGHT, RATE = 640, 480, 30
SENT_WIDTH = 448
"""The width in which link.js has faces looked for."""
BITS, BLOCK = 10, 24
SPEED = 173
"""Pixels a second, at most."""
REACH = 110
"""Pixels by which the face swings to each side."""
STILL, MOVING = 24, 36
"""Pictures for which the face that stops stands still, and moves."""
SETTLED = 12
"""Pictures after a stop in which it is watched."""


def swing() -> np.ndarray:
    """How far right of the middle the face is in each picture of a swing, in pixels."""
    period = round(2 * np.pi * REACH / SPEED * RATE)
    return REACH * np.sin(2 * np.pi * np.arange(period) / period)


def stops() -> np.ndarray:
    """The same of a face that moves at full speed, stops at once, and turns back."""
    path = SPEED / RATE * (np.arange(MOVING) - MOVING / 2)
    still = np.full(STILL, path[-1])
    return np.concatenate([path, still, path[::-1], -still + path[0] + path[-1]])


def film(places: np.ndarray) -> Iterator[np.ndarray]:
    """The pictures, uint8 RGB (HEIGHT, WIDTH, 3): a face before a background that stands still."""
    head = cv2.resize(data.astronaut()[10:242, 110:342], None, fx=1.42, fy=1.42)
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT // 60, WIDTH // 64, 3), np.uint8)
    background = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    for number, place in enumerate(np.round(places).astype(int)):
        picture = background.copy()
        left, top = (WIDTH - head.shape[1]) // 2 + place, 40
        picture[top : top + head.shape[0], left : left + head.shape[1]] = head
        for bit in range(BITS):
            level = 255 * (number >> bit & 1)
            picture[-BLOCK:, bit * BLOCK : (bit + 1) * BLOCK] = level
        yield picture


def true_boxes(places: np.ndarray) -> np.ndarray:
    """Centre and width of the face in each picture, (pictures, 3) in pixels.

    The recogniser's box of a picture of the size that is sent, moved as the face is: the mean of
    many, so that its whole pixels don't matter.
    """
    recognizer, scale = Recognizer(), WIDTH / SENT_WIDTH
    offsets = np.round(places)
    seen = []
    for picture, offset in zip(film(places), offsets, strict=True):
        sent = cv2.resize(picture, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
        (face,) = recognizer.frame(sent)
        left, top, width, height = scale * np.array(face.box)
        seen.append((left + width / 2 - offset, top + height / 2, width))
    x, y, width = np.mean(seen, axis=0)
    return np.stack([offsets + x, np.full(len(offsets), y), np.full(len(offsets), width)], axis=1)


@dataclass(frozen=True)
class Errors:
    """How far the drawn box's centre is from the face, as shares of the face's width.

    `behind` is in the direction of the last movement, negative where the box is ahead.
    """

    numbers: np.ndarray
    distances: np.ndarray
    behind: np.ndarray


def sample(page: Page) -> None:
    """From now on note what the page draws over which picture; it must not be mirrored."""
    script = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    known = f"const [bits, block, width, height] = {[BITS, BLOCK, WIDTH, HEIGHT]};"
    page.evaluate(f"() => {{ {known} {script} }}")


def errors(samples: Any, places: np.ndarray, boxes: np.ndarray) -> Errors:  # noqa: ANN401
    """What `window.samples` tell of a film of `places`, whose `true_boxes` are given."""
    table = np.array(samples)
    numbers = table[:, 0].astype(int)
    table, numbers = table[numbers < len(places)], numbers[numbers < len(places)]
    differences = (table[:, 1:3] - boxes[numbers, :2]) / boxes[numbers, 2:]
    towards = direction(places)[numbers]
    return Errors(numbers, np.hypot(*differences.T), -differences[:, 0] * towards)


def direction(places: np.ndarray) -> np.ndarray:
    """1 where the face moves to the right or did so last, -1 where to the left."""
    steps = np.sign(np.diff(places, prepend=places[-1]))
    for place in range(1, len(steps)):
        steps[place] = steps[place] or steps[place - 1]
    return steps


def overshoot(found: Errors) -> float:
    """The most by which the box goes on where the face of `stops` stops."""
    after = found.numbers % (MOVING + STILL) - MOVING
    watched = (after >= 0) & (after < SETTLED)
    return float(-found.behind[watched].min())
