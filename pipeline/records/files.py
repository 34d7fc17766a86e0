"""Reading what stages wrote. A file that is missing or damaged is told in one sentence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pipeline.foundation.errors import DamagedFileError, MissingFileError

Row = TypeVar("Row")


def read_json(path: Path, command: str, *keys: str) -> dict[str, Any]:
    """The mapping in a JSON file that `command` makes; all of `keys` are there.

    A key within a mapping follows that mapping's key after a dot. MissingFileError and
    DamagedFileError name the file and `command`.
    """
    try:
        content = json.loads(existing(path, command).read_text(encoding="utf-8"))
    except ValueError as error:  # no JSON, or no UTF-8
        raise damaged(path, command, str(error)) from error
    if lacking := [key for key in keys if not _holds(content, key)]:
        raise damaged(path, command, f"it lacks {', '.join(lacking)}")
    return content


def read_table(path: Path, command: str, read: Callable[[dict[str, str]], Row]) -> list[Row]:
    """The rows of a CSV file that `command` makes, each as `read` gives it from its cells.

    MissingFileError and DamagedFileError, where a row is not as `read` takes it, name the file.
    """
    existing(path, command)
    try:
        text = path.read_bytes().decode()
        if not text.endswith("\n"):
            raise ValueError("it is cut off")
        table = csv.DictReader(io.StringIO(text, newline=""))
        rows = [read(_whole(row, at)) for at, row in enumerate(table, 1)]
    except (KeyError, ValueError, csv.Error) as error:
        raise damaged(path, command, str(error)) from error
    if not rows:
        raise damaged(path, command, "it holds no rows")
    return rows


def existing(path: Path, command: str) -> Path:
    """The path; MissingFileError where nothing is there."""
    if not path.exists():
        raise MissingFileError(f"{path} is missing; make it with `{command}`")
    return path


def damaged(path: Path, command: str, reason: str) -> DamagedFileError:
    """What to raise for a file that cannot be used."""
    return DamagedFileError(f"{path} is damaged ({reason}); make it again with `{command}`")


def _holds(content: object, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(content, dict) or part not in content:
            return False
        content = content[part]
    return True


def _whole(row: dict[str, str], number: int) -> dict[str, str]:
    """The row; ValueError where it has fewer or more cells than the header."""
    if None in row or None in row.values():
        raise ValueError(f"row {number} does not fit the header")
    return row
