"""Published networks, and the champion as one entry among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.records.files import read_table
from pipeline.records.reports import REPORTS

PUBLISHED = Path(__file__).with_name("rivals.csv")
"""Kept by hand: those whose origin is "measured" were run by us on PrivateTest."""
COMPARED = REPORTS / "rivals" / "rivals.csv"
"""What the stage `rivals` writes: the champion among them."""


def read_published() -> list[dict[str, Any]]:
    """Name, accuracy, macro-F1, parameters, origin and note of each; None where unknown."""
    return read_table(PUBLISHED, f"git checkout {PUBLISHED}", _entry)


def read_compared() -> list[dict[str, Any]]:
    """As `read_published`, the champion among them and the most accurate first."""
    return read_table(COMPARED, "dvc repro rivals", _entry)


def _entry(row: dict[str, str]) -> dict[str, Any]:
    figures = ("accuracy", "macro_f1", "parameters")
    return row | {name: float(row[name]) if row[name] else None for name in figures}


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
