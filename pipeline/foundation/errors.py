"""The one family of errors, and how a command ends on one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


class PipelineError(Exception):
    """Something that the user can mend: one sentence on what is wrong, where, and what to do."""


class MissingFileError(PipelineError):
    """A file that another command makes is not there; the message names the command."""


class DamagedFileError(PipelineError):
    """A file is there, but is cut off or not what it should be; the message says how to mend it."""


def run(main: Callable[[], None]) -> None:
    """Run the `main` of a command; a PipelineError ends it with its sentence and exit code 1."""
    try:
        main()
    except PipelineError as error:
        sys.exit(f"{Path(sys.argv[0]).stem}: {error}")
