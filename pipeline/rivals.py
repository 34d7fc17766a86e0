"""Stage: the champion's card and rivals.csv -> reports/rivals/: table and picture.

Rivals whose origin is "measured" were run by us on PrivateTest, the others are quoted.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

from pipeline.data.dataset import FER2013_HASH
from pipeline.foundation.files import write_csv
from pipeline.foundation.params import REPOSITORY
from pipeline.pictures.plots import save_rivals

RIVALS = Path(__file__).with_name("rivals.csv")


def read_rivals(path: Path = RIVALS) -> list[dict[str, Any]]:
    """Name, accuracy, macro-F1, parameters, origin and note of each rival; None where unknown."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    figures = ("accuracy", "macro_f1", "parameters")
    return [
        row | {name: float(row[name]) if row[name] else None for name in figures} for row in rows
    ]


def entries_of(card: dict[str, Any]) -> list[dict[str, Any]]:
    """The champion, single view and with its views averaged, in the form of rivals."""
    name, known = card["model"], {"parameters": card["parameters"], "origin": "measured"}
    low, high = (card["test_intervals_95"]["accuracy"][end] for end in ("low", "high"))
    entries = {
        f"FER System, {name}": (
            card["figures"]["test"],
            f"single view; 95 % interval {low:.1%} to {high:.1%}",
        ),
        f"FER System, {name}, views averaged": (
            card["test_averaged"],
            f"averaging: {card['test_averaged']['views']}",
        ),
    }
    return [
        {"name": name, "accuracy": scores["accuracy"], "macro_f1": scores["macro_f1"], **known}
        | {"note": note}
        for name, (scores, note) in entries.items()
    ]


def main() -> None:
    """Write all of them, the most accurate first."""
    card = json.loads((REPOSITORY / "models" / "best.json").read_text(encoding="utf-8"))
    ours = entries_of(card)
    comparable = card["data_hash"] == FER2013_HASH
    if not comparable:
        print("The champion was measured on other faces than FER2013's: no rival stands beside it.")
    rivals = read_rivals() if comparable else []
    entries = sorted([*ours, *rivals], key=lambda entry: -entry["accuracy"])
    folder = REPOSITORY / "reports" / "rivals"
    write_csv(folder / "rivals.csv", list(entries[0]), [entry.values() for entry in entries])
    save_rivals(entries, {entry["name"] for entry in ours}, folder / "rivals.png")
    for entry in entries:
        print(f"{entry['accuracy']:.2%}  {entry['name']} ({entry['origin']})")


if __name__ == "__main__":
    try:
        main()
    except (FileNotFoundError, KeyError) as error:
        sys.exit(f"rivals: models/best.json: {error}; promote a model with `dvc repro`")
