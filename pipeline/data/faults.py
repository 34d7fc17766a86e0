"""What a dataset is refused for, listed in one message."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.foundation.errors import PipelineError

SHOWN_FAULTS = 10


class DataError(PipelineError):
    """The dataset is missing or holds what cannot be used; the message names it."""


def refuse(source: Path, faults: Sequence[str], kind: str) -> None:
    """Raise DataError where there are `faults`: it shows the first ones and counts the rest.

    `kind` is what they are called, in the plural.
    """
    if faults:
        rest = len(faults) - SHOWN_FAULTS
        more = [f"and {rest:,} more {kind}"] if rest > 0 else []
        raise DataError("\n  ".join([f"{source} has {kind}:", *faults[:SHOWN_FAULTS], *more]))
