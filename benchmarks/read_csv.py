"""Reading fer2013.csv with every check, against the two usual ways without any.

`python -m benchmarks.read_csv [CSV]`
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.timing import seconds
from pipeline.data.fer2013 import read_csv
from pipeline.foundation.params import REPOSITORY

ROUNDS = 3


def split_into_arrays(path: Path) -> np.ndarray:
    """The usual way: one array per row, made by NumPy from the row's split text."""
    pixels = pd.read_csv(path)["pixels"]
    return np.stack([np.array(row.split(), dtype=np.uint8) for row in pixels])


def split_into_integers(path: Path) -> np.ndarray:
    """The other usual way: one array per row, from Python integers."""
    pixels = pd.read_csv(path)["pixels"]
    return np.stack([np.array([int(pixel) for pixel in row.split()], np.uint8) for row in pixels])


def peak_memory(path: Path) -> float:
    """Peak memory in MB of a process that reads the CSV by `read_csv` and does no more."""
    code = "import pathlib, pipeline.data.fer2013 as f, sys; f.read_csv(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, path.resolve()], cwd=REPOSITORY, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print seconds, ratios and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csv", nargs="?", type=Path, default=REPOSITORY / "data" / "fer2013.csv")
    path = parser.parse_args().csv
    if not path.exists():
        print(f"{path} is missing: reading it is not measured")
        return
    peak = peak_memory(path)  # first: a child process counts what its parent holds by then
    ways: dict[str, Callable[[], object]] = {
        "read_csv": partial(read_csv, path),
        "split_into_arrays": partial(split_into_arrays, path),
        "split_into_integers": partial(split_into_integers, path),
    }
    taken = seconds(ways, ROUNDS)
    print(f"read_csv's peak memory: {peak:.0f} MB")
    print(f"Reading {path.name}, median of {ROUNDS} rounds:")
    for name, value in taken.items():
        print(f"  {name:<20} {value:6.2f} s   {value / taken['read_csv']:4.1f} x read_csv")


if __name__ == "__main__":
    main()
