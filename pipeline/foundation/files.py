"""Writing files whole: beside their place first, then renamed, so that none is ever half there."""

from __future__ import annotations

import csv
import filecmp
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Have `write` make a file of the same ending beside `path`, then rename it to `path`.

    Where `path` holds the same bytes already, it is left as it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"partial-{path.name}")
    try:
        write(partial)
        replace_other(path, partial)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write in UTF-8."""
    write_whole(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def replace_other(path: Path, made: Path) -> None:
    """Rename `made` to `path`, unless `path` holds the same bytes already."""
    if not (path.exists() and filecmp.cmp(made, path, shallow=False)):
        made.replace(path)


def write_json(path: Path, content: Any) -> None:  # noqa: ANN401
    """Write as indented JSON."""
    write_text(path, json.dumps(content, indent=2) + "\n")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a table with one line of column names."""

    def write(partial: Path) -> None:
        with partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    write_whole(path, write)
