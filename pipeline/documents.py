"""By hand: the tables of figures in README.md and docs/, from the last reports.

`python -m pipeline.documents` writes each of TABLES anew wherever its two marks stand,
<!-- NAME --> and <!-- /NAME -->. What stands around them is written by people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from pipeline.foundation.errors import PipelineError, run
from pipeline.foundation.files import write_text
from pipeline.foundation.params import REPOSITORY, VIEWS
from pipeline.records.card import read_champion
from pipeline.records.files import read_json, read_table
from pipeline.records.markdown import markdown
from pipeline.records.reports import REPORTS, read_history, read_report, read_robustness
from pipeline.records.rivals import read_compared

Table = list[list[str]]
"""Rows of cells in Markdown; the first row is the header."""


def documents(root: Path = REPOSITORY) -> list[Path]:
    """The files that may hold tables."""
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def models() -> list[str]:
    """The models among which the champion was chosen: it, then the others."""
    card = read_champion()
    return sorted(card["candidates"], key=lambda name: name != card["model"])


def figures() -> Table:
    """Every model's accuracy and macro-F1; of a student what its teachers say together."""
    rows = [["model", "parameters", "test accuracy", "test macro-F1", "validation accuracy"]]
    champion, *others = models()
    for name in [champion, *others]:
        details = read_report(name, "details", "averaging", "test.averaged", "test.intervals_95")
        rows.append(row_of(name, details["test"]["intervals_95"], name == champion))
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


def row_of(name: str, intervals: dict[str, dict[str, float]], is_champion: bool) -> list[str]:
    """A model's line: single view, with the 95 % intervals on the test faces."""
    measured = read_report(name, "figures", "validation.accuracy", "test")
    parameters = read_report(name, "cost", "parameters")["parameters"]
    accuracy, macro_f1 = scores(measured["test"])
    named = f"`{name}`"
    if is_champion:
        named, accuracy, macro_f1 = f"**`{name}`** (champion)", f"**{accuracy}**", f"**{macro_f1}**"
    return [
        named,
        f"{parameters / 1e6:.2f} M",
        f"{accuracy} ({interval(intervals['accuracy'], 100, 1)})",
        f"{macro_f1} ({interval(intervals['macro_f1'])})",
        percent(measured["validation"]["accuracy"]),
    ]


def trainings() -> Table:
    """How long each model was trained, and how far its probabilities are from the truth."""
    rows = [["model", "epochs", "epoch kept", "minutes"]]
    rows[0] += ["calibration error", "before its temperature", "of a perfect model"]
    for name in models():
        training, history = read_report(name, "training", "best_epoch"), read_history(name)
        minutes = sum(epoch["seconds"] for epoch in history) / 60
        measured = read_report(name, "figures", "test.calibration_error")
        test = read_report(name, "details", "test.uncalibrated")["test"]
        errors = [
            measured["test"]["calibration_error"],
            test["uncalibrated"]["calibration_error"],
            test["calibration_error_by_chance"],
        ]
        trained = [f"`{name}`", len(history), training["best_epoch"], f"{minutes:.0f}"]
        rows.append([*map(str, trained), *(percent(error, 1) for error in errors)])
    return rows


def classes() -> Table:
    """How many of each class's test faces every model recognises."""
    names = models()
    told = {name: read_report(name, "details", "test.per_class")["test"] for name in names}
    rows = [["recall", "test faces", *(f"`{name}`" for name in names)]]
    for label, rates in told[names[0]]["per_class"].items():
        recalls = (told[name]["per_class"][label]["recall"] for name in names)
        rows.append([label, f"{rates['faces']:,}", *(percent(recall, 0) for recall in recalls)])
    return rows


def robustness() -> Table:
    """The champion's accuracies on spoilt test faces."""
    rows = [["test faces", "accuracy", "points lost"]]
    unspoilt, *others = read_robustness()
    rows.append([unspoilt["faces"], percent(unspoilt["accuracy"]), ""])
    for row in others:
        lost = 100 * (unspoilt["accuracy"] - row["accuracy"])
        rows.append([row["faces"], percent(row["accuracy"]), f"{lost:.1f}"])
    return rows


def rivals() -> Table:
    """Published networks and the champion, the most accurate first."""
    rows = [["network", "test accuracy", "parameters", "how the figure came about"]]
    for entry in read_compared():
        size = f"{entry['parameters'] / 1e6:.3g} M" if entry["parameters"] else ""
        facts = "; ".join(filter(None, (*entry["how"], entry["note"])))
        rows.append([entry["name"], percent(entry["accuracy"]), size, facts])
    return rows


def label_noise() -> dict[str, Any]:
    """What the study of the labels found."""
    path = REPORTS / "label_noise" / "label_noise.json"
    return read_json(path, "python -m pipeline.label_noise", "agreement", "champion on test")


def agreement() -> Table:
    """The share of each class's faces of which FER+'s taggers say the same."""
    shares = label_noise()["agreement"]
    return [["label", *shares], ["FER+ agrees", *(percent(share, 0) for share in shares.values())]]


def labels() -> Table:
    """The champion's accuracy by other labels, and without faces that other splits hold too."""
    found = label_noise()
    both, alone = found["champion on test"], found["champion on photographs of test alone"]
    rows = [["test faces", "faces", f"accuracy of `{found['model']}`"]]
    for whose in ("FER2013", "FER+"):
        told = f"those that FER2013 and FER+ both name, by the label of {whose}"
        rows.append([told, f"{both['faces']:,}", percent(both[f"by {whose}'s label"])])
    told = "those whose photograph no other split holds"
    return [*rows, [told, f"{alone['faces']:,}", percent(alone["accuracy"])]]


def ablation() -> Table:
    """Each recipe's figures, with the standard deviation where it has several seeds."""
    path = REPORTS / "ablation" / "ablation.csv"
    runs = read_table(path, "python -m pipeline.ablation", dict)
    rows = [["recipe", "seeds", "validation accuracy", "test accuracy", "test macro-F1"]]
    for recipe, group in groupby(runs, key=lambda run: run["recipe"]):
        same = list(group)
        seeds = ", ".join(run["seed"] for run in same)
        accuracies = (
            spread((100 * float(run[f"{split}_accuracy"]) for run in same), 2, " %")
            for split in ("val", "test")
        )
        macro_f1 = spread((float(run["test_macro_f1"]) for run in same), 3)
        rows.append([recipe, seeds, *accuracies, macro_f1])
    return rows


def exports() -> Table:
    """What the champion's exports weigh and cost, and what they give on the validation faces."""
    path = REPORTS / "exports" / "exports.csv"
    rows = [["format", "written", "MB", "ms a face", "largest difference", "accuracy"]]
    for row in read_table(path, "python -m pipeline.export --to all", dict):
        size, milliseconds = float(row["megabytes"]), float(row["milliseconds"])
        costs = [f"{size:.2f}", f"{milliseconds:.1f}", f"{float(row['difference']):.2g}"]
        rows.append([row["format"], row["written"], *costs, percent(float(row["accuracy"]))])
    return rows


def stability() -> Table:
    """How many faces get another class or word when their photograph is saved differently."""
    path = REPORTS / "stability" / "stability.csv"
    found = read_table(path, "python -m benchmarks.stability FOLDER", dict)
    rows = [["saved", "faces", "label changed: frame", "still", "word changed: frame", "still"]]
    for saved in dict.fromkeys(row["saved"] for row in found):
        frame, still = (row for row in found if row["saved"] == saved)
        changed = [row[f"{what}_changed"] for what in ("label", "word") for row in (frame, still)]
        rows.append([saved, frame["faces"], *changed])
    return rows


def turned() -> Table:
    """The champion on validation faces that look elsewhere."""
    card = read_champion()
    straight = {
        "accuracy": card["figures"]["validation"]["accuracy"],
        "threshold": card["threshold"],
    }
    rows = [["validation faces", "accuracy", "a label is right every second time from"]]
    for faces, told in {"as it is": straight, **card["turned"]}.items():
        rows.append([faces, percent(told["accuracy"], 1), percent(told["threshold"], 1)])
    return rows


def scores(measured: dict[str, float]) -> list[str]:
    """Accuracy and macro-F1 as they are written."""
    return [percent(measured["accuracy"]), f"{measured['macro_f1']:.3f}"]


def percent(share: float, digits: int = 2) -> str:
    """A share 0..1 in percent."""
    return f"{100 * share:.{digits}f} %"


def interval(limits: dict[str, float], factor: int = 1, digits: int = 3) -> str:
    """The ends of an interval times `factor`: "0.680 to 0.720"."""
    low, high = (f"{factor * limits[end]:.{digits}f}" for end in ("low", "high"))
    return f"{low} to {high}"


def spread(values: Iterable[float], digits: int, unit: str = "") -> str:
    """The mean of `values`, and their standard deviation where there are several."""
    known = list(values)
    told = f"{mean(known):.{digits}f}{unit}"
    return f"{told} ± {stdev(known):.{digits}f}" if len(known) > 1 else told


TABLES: dict[str, Callable[[], Table]] = {
    table.__name__: table
    for table in (
        figures,
        trainings,
        classes,
        robustness,
        rivals,
        agreement,
        labels,
        ablation,
        exports,
        stability,
        turned,
    )
}


def with_tables(text: str, tables: dict[str, Callable[[], Table]]) -> str:
    """`text` with each table that it has marks for; PipelineError where a table is unknown."""

    def written(match: re.Match[str]) -> str:
        indent, name = match["indent"], match["name"]
        if name not in tables:
            raise PipelineError(f"there is no table `{name}`, but {', '.join(tables)}")
        lines = [f"<!-- {name} -->", *markdown(tables[name]()).split("\n"), f"<!-- /{name} -->"]
        return "\n".join(indent + line for line in lines)

    marked = re.compile(
        r"^(?P<indent> *)<!-- (?P<name>\w+) -->\n.*?<!-- /(?P=name) -->", re.DOTALL | re.MULTILINE
    )
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
