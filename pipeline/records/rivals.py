"""Published networks, and the champion as one entry among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.foundation.params import VIEWS
from pipeline.records.files import read_table
from pipeline.records.reports import REPORTS

PUBLISHED = Path(__file__).with_name("rivals.csv")
"""Kept by hand: those whose origin is "measured" were run by us on the test faces."""
COMPARED = REPORTS / "rivals" / "rivals.csv"
"""What the stage `rivals` writes: the champion among them."""

FIGURES = ("accuracy", "macro_f1", "parameters")


def read_published() -> list[dict[str, Any]]:
    """What is known of each, by the columns of `PUBLISHED`; None or "" where unknown.

    `origin` is "measured" by us or "quoted"; `chosen_on` tells by which split its epoch or network
    was picked, `views` how many of a face are averaged, `start` with which weights it began.
    """
    return read_table(PUBLISHED, f"git checkout {PUBLISHED}", _entry)


def read_compared() -> list[dict[str, Any]]:
    """As `read_published`, the champion among them, the most accurate first, and `how`."""
    entries = read_table(COMPARED, "dvc repro rivals", _entry)
    return [entry | {"how": how(entry)} for entry in entries]


def _entry(row: dict[str, str]) -> dict[str, Any]:
    figures = {name: float(row[name]) if row[name] else None for name in FIGURES}
    return row | figures | {"views": int(row["views"]) if row["views"] else None}


def how(entry: dict[str, Any]) -> list[str]:
    """How the figure of an entry came about, in a few words each."""
    views, start = entry["views"], entry["start"]
    return [
        entry["origin"],
        *([f"chosen on {entry['chosen_on']}"] if entry["chosen_on"] else []),
        *([f"mean of {views} views"] if views and views > 1 else []),
        *([f"{start} weights"] if start and start != "scratch" else []),
    ]


def entries_of(card: dict[str, Any]) -> list[dict[str, Any]]:
    """The champion, single view and with its views averaged, in the form of rivals."""
    name, recipe = card["model"], card["recipe"]
    low, high = (card["test_intervals_95"]["accuracy"][end] for end in ("low", "high"))
    known = {
        "parameters": card["parameters"],
        "origin": "measured",
        "chosen_on": "validation",
        "start": "ImageNet" if recipe["network"].get("weights") else "scratch",
    }
    averaged = card["test_averaged"]
    entries = {
        f"FER System, {name}": (card["figures"]["test"], 1, f"95 % {low:.1%} to {high:.1%}"),
        f"FER System, {name}, views averaged": (averaged, VIEWS[averaged["views"]], ""),
    }
    return [
        {"name": name, "accuracy": scores["accuracy"], "macro_f1": scores["macro_f1"], **known}
        | {"views": views, "note": note}
        for name, (scores, views, note) in entries.items()
    ]
