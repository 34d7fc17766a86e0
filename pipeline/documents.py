"""By hand: the figures in README.md and docs/, from the reports of the last `dvc repro`.

`python -m pipeline.documents` writes each table of TABLES anew wherever its two marks stand,
<!-- NAME --> and <!-- /NAME -->. What stands around them is written by people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipeline.foundation.errors import PipelineError, run
from pipeline.foundation.files import write_text
from pipeline.foundation.params import REPOSITORY, VIEWS
from pipeline.records.card import read_champion
from pipeline.records.reports import read_report, read_robustness

Table = list[list[str]]
"""Rows of cells in Markdown; the first row is the header."""


def documents(root: Path = REPOSITORY) -> list[Path]:
    """The files that may hold tables."""
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def figures(champion: str, models: Sequence[str]) -> Table:
    """The table of all models, the champion first; of a student what its teachers say together."""
    rows = [["model", "parameters", "test accuracy", "macro-F1", "validation accuracy"]]
    for name in sorted(models, key=lambda name: name != champion):
        details = read_report(name, "details", "averaging", "test.averaged", "test.intervals_95")
        scored = read_report(name, "figures", "validation", "test")
        parameters = read_report(name, "cost", "parameters")["parameters"]
        rows.append(row_of(name, scored, parameters, details["test"], name == champion))
        if name == champion and details["averaging"] != "none":
            views, averaged = VIEWS[details["averaging"]], details["test"]["averaged"]
            rows.append([f"`{name}`, mean of {views} views", "", *scores(averaged), ""])
        teachers = details.get("teachers", {"models": []})
        if len(teachers["models"]) > 1:  # a single one has a line of its own
            told = " and ".join(f"`{teacher}`" for teacher in teachers["models"])
            validation = percent(teachers["validation"]["accuracy"])
            said = [f"its teachers, {told}: their mean, not served", "", *scores(teachers["test"])]
            rows.append([*said, validation])
    return rows


def row_of(
    name: str, scored: dict[str, Any], parameters: int, test: dict[str, Any], is_champion: bool
) -> list[str]:
    """A model's line: single view, with the 95 % interval of its accuracy."""
    low, high = (f"{100 * test['intervals_95']['accuracy'][end]:.1f}" for end in ("low", "high"))
    accuracy, macro_f1 = scores(scored["test"])
    named = f"`{name}`"
    if is_champion:
        named, accuracy, macro_f1 = f"**`{name}`** (champion)", f"**{accuracy}**", f"**{macro_f1}**"
    return [
        named,
        f"{parameters / 1e6:.2f} M",
        f"{accuracy} ({low} to {high})",
        macro_f1,
        percent(scored["validation"]["accuracy"]),
    ]


def robustness() -> Table:
    """The table of accuracies on spoilt test faces."""
    rows = [["test faces", "accuracy", "points lost"]]
    unspoilt, *others = read_robustness()
    rows.append([unspoilt["faces"], percent(unspoilt["accuracy"]), ""])
    for row in others:
        lost = 100 * (unspoilt["accuracy"] - row["accuracy"])
        rows.append([row["faces"], percent(row["accuracy"]), f"{lost:.1f}"])
    return rows


def scores(measured: dict[str, float]) -> list[str]:
    """Accuracy and macro-F1 as they are written."""
    return [percent(measured["accuracy"]), f"{measured['macro_f1']:.3f}"]


def percent(share: float) -> str:
    """A share 0..1 in percent."""
    return f"{100 * share:.2f} %"


def markdown(rows: Table) -> str:
    """A table whose first row is its header."""
    header, *others = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([header, "|---" * len(rows[0]) + "|", *others])


def current_figures() -> Table:
    """`figures` of the models among which the champion was chosen."""
    card = read_champion()
    return figures(card["model"], list(card["candidates"]))


TABLES: dict[str, Callable[[], Table]] = {"figures": current_figures, "robustness": robustness}


def with_tables(text: str, tables: dict[str, Callable[[], Table]]) -> str:
    """`text` with each table that it has marks for; PipelineError where a table is unknown."""

    def written(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in tables:
            raise PipelineError(f"there is no table `{name}`, but {', '.join(tables)}")
        return f"<!-- {name} -->\n{markdown(tables[name]())}\n<!-- /{name} -->"

    marked = re.compile(r"<!-- (?P<name>\w+) -->\n.*?<!-- /(?P=name) -->", re.DOTALL)
    return marked.sub(written, text)


def main() -> None:
    """Write the tables of every document."""
    for path in documents():
        text = path.read_text(encoding="utf-8")
        if (written := with_tables(text, TABLES)) != text:
            write_text(path, written)
            print(f"written: {path.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    run(main)
