"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def markdown(rows: Sequence[Sequence[str]], *, on_the_right: bool = False) -> str:
    """A table whose first row is its header; numbers are easier to compare `on_the_right`.

    The first column, which names things, stays on the left.
    """
    lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]
    lines.insert(1, "|---" + ("|--:" if on_the_right else "|---") * (len(rows[0]) - 1) + "|")
    return "\n".join(lines)
