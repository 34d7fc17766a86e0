"""The CSV of FER2013 -> faces and labels, every row checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from tqdm import tqdm

from fer_system.emotions import FER2013
from pipeline.data.dataset import SIZE, SPLITS, Split
from pipeline.data.faults import DataError, refuse

USAGES = dict(zip(("Training", "PublicTest", "PrivateTest"), SPLITS, strict=True))
"""The split that each Usage of the CSV stands for."""
COLUMNS = ("emotion", "pixels", "Usage")
PIXELS = SIZE * SIZE
BLOCK = 16
"""Rows parsed at once: few enough that their text and positions stay in the processor's cache."""
_SPLIT_OF = {usage.encode(): split for usage, split in USAGES.items()}


@dataclass(frozen=True)
class Row:
    """One line of the CSV, its three fields still text."""

    line: int
    emotion: bytes
    pixels: bytes
    usage: bytes


def read_csv(path: Path) -> dict[str, Split]:
    """Faces and labels of every split of a FER2013 CSV, in the file's order.

    The columns `emotion,pixels,Usage` may stand in any order. DataError tells of a missing file or
    column, or names the first bad rows and counts the rest.
    """
    images: dict[str, list[np.ndarray]] = {split: [] for split in SPLITS}
    labels: dict[str, list[int]] = {split: [] for split in SPLITS}
    faults: list[str] = []
    rows = _rows(path, faults)
    blocks = iter(lambda: list(islice(rows, BLOCK)), [])
    for row, pixels in chain.from_iterable(map(_with_pixels, blocks)):
        fault = _fault(row, pixels)
        if fault or pixels is None:
            faults.append(f"line {row.line}: {fault}")
            continue
        split = _SPLIT_OF[row.usage]
        images[split].append(pixels)
        labels[split].append(int(row.emotion))
    refuse(path, faults, "bad rows")
    for usage, split in USAGES.items():
        if not labels[split]:
            raise DataError(f"{path}: no row has Usage {usage}, so {split} would be empty")
    return {
        split: Split(
            np.concatenate(images.pop(split)).reshape(-1, SIZE, SIZE),
            np.array(labels[split], dtype=np.uint8),
            FER2013,
        )
        for split in SPLITS
    }


def _rows(path: Path, faults: list[str]) -> Iterator[Row]:
    """The rows that have the right number of fields; the others are added to `faults`.

    A bar on a terminal tells the time left.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise DataError(
            f"{path} is missing; download fer2013.csv from "
            "https://www.kaggle.com/datasets/deadskull7/fer2013 (free account) and put it there, "
            "or let data.source in params.yaml name a folder of your own pictures"
        ) from None
    size = path.stat().st_size
    with file, tqdm(desc="convert", total=size, unit="B", unit_scale=True, disable=None) as bar:
        first = file.readline().lstrip(b"\xef\xbb\xbf").decode("utf-8", "replace")
        header = [name.strip(' "\r\n') for name in first.split(",")]
        if missing := [name for name in COLUMNS if name not in header]:
            raise DataError(f"{path}, line 1: no column {' or '.join(missing)}")
        emotion, pixels, usage = (header.index(name) for name in COLUMNS)
        for number, line in enumerate(file, start=2):
            bar.update(len(line))
            fields = [field.strip(b' "\r\n') for field in line.split(b",")]
            if len(fields) == len(header):
                yield Row(number, fields[emotion], fields[pixels], fields[usage])
            elif line.strip():
                faults.append(f"line {number}: {len(fields)} fields instead of {len(header)}")


def _with_pixels(block: list[Row]) -> list[tuple[Row, np.ndarray | None]]:
    """Each row with its grey levels, uint8 (2304,), or with None where they cannot be read."""
    numbers = _parse([row.pixels for row in block])
    if numbers is not None:
        return list(zip(block, numbers, strict=True))
    alone = [_parse([row.pixels]) for row in block]
    return [(row, None if one is None else one[0]) for row, one in zip(block, alone, strict=True)]


def _parse(texts: list[bytes]) -> np.ndarray | None:
    """Space-separated grey levels as uint8 (len(texts), 2304), or None where any text is not that.

    Works on the characters of all texts at once: a number ends before each space, and its tens and
    hundreds are the one and two characters before its last.
    """
    digits = np.frombuffer(b"   " + b" ".join(texts) + b" ", np.uint8) ^ ord("0")  # ' ' -> 16
    spaces = np.flatnonzero(digits == 16)[2:]
    row_ends = np.cumsum([len(text) + 1 for text in texts]) + 2
    if len(spaces) != 1 + len(texts) * PIXELS or (spaces[PIXELS::PIXELS] != row_ends).any():
        return None
    third = spaces[1:] - 3
    ones, tens, hundreds = (digits[place:].take(third) for place in (2, 1, 0))
    has_tens = tens < 10
    has_hundreds = has_tens & (hundreds < 10)
    used = np.count_nonzero(ones < 10) + np.count_nonzero(has_tens) + np.count_nonzero(has_hundreds)
    if (ones > 9).any() or used + len(spaces) + 2 != len(digits):  # something else is in there
        return None
    numbers = ones + has_tens * tens * np.uint8(10) + has_hundreds * hundreds * np.uint16(100)
    return numbers.astype(np.uint8).reshape(-1, PIXELS) if numbers.max() <= 255 else None


def _fault(row: Row, pixels: np.ndarray | None) -> str | None:
    """Why a row cannot be used, or None where it can."""
    if row.usage not in _SPLIT_OF:
        return f"Usage is {_shown(row.usage)}, not one of {', '.join(USAGES)}"
    if not row.emotion.isdigit() or int(row.emotion) >= len(FER2013):
        return f"emotion is {_shown(row.emotion)}, not a number from 0 to {len(FER2013) - 1}"
    if pixels is not None:
        return None
    values = row.pixels.split(b" ")
    if len(values) != PIXELS:
        return f"{len(values) if row.pixels else 0} pixels instead of {PIXELS}"
    position, value = next(
        (position, value)
        for position, value in enumerate(values, start=1)
        if not value.isdigit() or len(value) > 3 or int(value) > 255
    )
    return f"pixel {position} is {_shown(value)}, not a number from 0 to 255"


def _shown(text: bytes) -> str:
    return repr(text[:20].decode("utf-8", "replace"))
