"""How long a training takes, by what the last one took. Needs Python's own library alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.foundation.errors import PipelineError
from pipeline.records.files import read_json, read_table

UNKNOWN = "the machine that trained last"
"""Where it was trained, of a record that does not tell."""


def spelled(seconds: float) -> str:
    """A duration for people: `40 s`, `16 min`, `2 h 43 min`."""
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def seconds_of(folder: Path) -> list[float]:
    """What every epoch took of the training that `folder`, one of reports/models, tells of.

    Empty where there was none, or where its history.csv cannot be read.
    """
    try:
        return read_table(folder / "history.csv", "dvc repro", lambda row: float(row["seconds"]))
    except PipelineError:
        return []


def machine_of(folder: Path) -> str:
    """The machine of that training, in words that go on after "on"; old records do not name it."""
    try:
        return str(read_json(folder / "training.json", "dvc repro").get("machine", UNKNOWN))
    except PipelineError:
        return UNKNOWN


def outlook(epochs: int, folder: Path) -> str:
    """What a training of so many epochs is said to take before it begins, by the last one's."""
    last = seconds_of(folder)
    if not last:
        return f"{epochs} epochs; how long they take is told after the first"
    return (
        f"{epochs} epochs; the last training took {spelled(sum(last))} for {len(last)}, "
        f"on {machine_of(folder)}"
    )


def left(done: int, seconds: float, epochs: int, last: Sequence[float]) -> float:
    """Seconds that a training of `epochs` still needs after the one with number `done`.

    That one took `seconds`. Where the last training had as many epochs, it tells how they differ.
    """
    if len(last) == epochs and last[done - 1] > 0:
        return sum(last[done:]) * seconds / last[done - 1]
    return seconds * (epochs - done)
