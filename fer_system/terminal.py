"""What the commands `fer` and `fer camera` share: flags, stdout and stderr."""

import argparse
import os
import sys
from pathlib import Path

from .places import DEFAULT_MODEL
from .recognizer import Recognizer

ERASE = "\r\x1b[K"
"""Takes the line of a terminal away."""


def add_recognizer_flags(parser: argparse.ArgumentParser) -> None:
    """The flags on what recognises the faces."""
    parser.add_argument(
        "--model",
        type=Path,
        default=DEFAULT_MODEL,
        help="model file of the pipeline (default: the champion that comes with the program)",
    )
    parser.add_argument(
        "--detector",
        default="auto",
        help="what finds the faces: auto, yunet, haar, or the path of a YuNet file (default: auto)",
    )
    parser.add_argument(
        "--threshold",
        type=float,
        help="probability, 0 to 1, below which a label is uncertain (default: the model's own)",
    )


def open_recognizer(flags: argparse.Namespace) -> Recognizer:
    """The recogniser that `add_recognizer_flags` ask for; tells where it is a lesser one."""
    if is_terminal := sys.stderr.isatty():  # whoever looks at it may wait for a download
        print("Loading the model and the face detector ...", end="", file=sys.stderr, flush=True)
    try:
        recognizer = Recognizer(flags.model, flags.detector, threshold=flags.threshold)
    finally:
        if is_terminal:
            print(ERASE, end="", file=sys.stderr, flush=True)
    if flags.detector == "auto" and recognizer.detector_name != "YuNet":
        complain(recognizer.detector_note)
    return recognizer


def out(text: str) -> None:
    """Write to stdout at once, so that a reader at the other end of a pipe doesn't wait."""
    sys.stdout.write(text)
    sys.stdout.flush()


def leave_stdout() -> None:
    """Write nothing more to stdout, or Python would wait for its reader, or complain of none."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(sentence: str) -> None:
    """Write a line to stderr, over the progress where there is some."""
    print(f"{ERASE if sys.stderr.isatty() else ''}{sentence}", file=sys.stderr)
