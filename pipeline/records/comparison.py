"""Models beside each other on a terminal: their figures, by the names that MLflow has for them.

A name of nine characters leaves the table narrower than the 80 of a usual terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from fer_system.intervals import warning_of
from pipeline.foundation.params import Params
from pipeline.records.card import read_champion, read_figures
from pipeline.records.reports import read_report
from pipeline.records.run_figures import KEPT

LOW, HIGH = "test/accuracy/low", "test/accuracy/high"
"""The ends of the 95 % interval of the accuracy on the test faces; no run has them."""
COLUMNS: dict[str, tuple[Callable[..., str], tuple[str, ...]]] = {
    "params": (lambda count: f"{count / 1e6:.2f} M", ("cost/parameters",)),
    "validation": ("{:.2%}".format, ("best/val/accuracy",)),
    "test": ("{:.2%}".format, ("test/accuracy",)),
    "interval": (lambda low, high: f"{100 * low:.1f}-{100 * high:.1f}", (LOW, HIGH)),
    "macro-F1": ("{:.3f}".format, ("test/macro_f1",)),
    "ms/face": ("{:.1f}".format, ("cost/milliseconds_per_face",)),
    "s/epoch": ("{:.1f}".format, ("cost/seconds_per_epoch",)),
}
"""How each column is written, and what from."""
Row = tuple[str, Mapping[str, float]]
"""A model's name, and its figures."""


def compared(params: Params) -> str:
    """The table of all models of params.yaml, from their reports, and what it means.

    MissingFileError and DamagedFileError say how to make a report or the champion's card.
    """
    metric, champion = params.promote.metric, read_champion()["model"]
    rows = [
        (f"{name} *" if name == champion else name, read_all(name, metric))
        for name in params.trained
    ]
    notes = [legend(metric), "interval: 95 %, of the test accuracy."]
    if champion in params.trained:
        notes[-1] += " *: the champion, which the page serves."
    faces = read_report(params.trained[0], "details", "test.confusion")["test"]["confusion"]
    if warning := warning_of(sum(map(sum, faces))):
        notes.append(f"Beware: test's {warning}.")
    if len({read_report(name, "details", "data_hash")["data_hash"] for name in params.trained}) > 1:
        notes.append("Beware: these models were not all measured on the same data.")
    return "\n".join([table(ranked(rows, metric)), *notes])


def read_all(model: str, metric: str) -> dict[str, float]:
    """All figures of a model, from its reports."""
    test = read_report(model, "details", "test.intervals_95.accuracy")["test"]
    cost = read_report(model, "cost", "parameters", "milliseconds_per_face", "seconds_per_epoch")
    return {
        LOW: test["intervals_95"]["accuracy"]["low"],
        HIGH: test["intervals_95"]["accuracy"]["high"],
        **{f"cost/{name}": value for name, value in cost.items()},
        **{
            f"{KEPT[split]}/{name}": value
            for split, values in read_figures(model, metric).items()
            for name, value in values.items()
        },
    }


def chooses(metric: str) -> str:
    """What MLflow calls the figure that the champion is chosen by."""
    return f"{KEPT['validation']}/{metric}"


def ranked(rows: Iterable[Row], metric: str) -> list[Row]:
    """Those that are best by what the champion is chosen by first."""
    return sorted(rows, key=lambda row: row[1][chooses(metric)], reverse=metric != "loss")


def legend(metric: str) -> str:
    """What the order and two of the titles mean."""
    return f"Best by validation {metric.replace('_', '-')} first. validation, test: accuracy."


def table(rows: Sequence[Row]) -> str:
    """A line for each model; columns of which nothing is known are left out."""
    lines = [{"model": name} | cells(figures) for name, figures in rows]
    titles = [title for title in lines[0] if any(line[title] for line in lines)]
    widths = {title: max(len(title), *(len(line[title]) for line in lines)) for title in titles}
    first, *others = titles
    return "\n".join(
        "  ".join(
            [line[first].ljust(widths[first]), *(line[name].rjust(widths[name]) for name in others)]
        ).rstrip()
        for line in [dict(zip(titles, titles, strict=True)), *lines]
    )


def cells(figures: Mapping[str, float]) -> dict[str, str]:
    """What stands in each column; nothing where a figure is not known."""
    return {
        title: form(*map(figures.__getitem__, names)) if figures.keys() >= {*names} else ""
        for title, (form, names) in COLUMNS.items()
    }
