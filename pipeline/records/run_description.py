"""What people read of a run, of a registered version and of a study in MLflow: Markdown.

The facts are those of the model card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.foundation.params import VIEWS
from pipeline.records.markdown import markdown

MAX_WIDTH = 100
"""A table whose columns' names have more letters helps nobody; it is kept as a picture too."""
MAX_ROWS = 40
MAX_LETTERS = 8000
"""MLflow cuts a longer text off, and SIGNATURE with it."""
SIGNATURE = "*Written by `pipeline.record`; what you write in its place stays.*"
"""Ends a description, which is written anew as long as this line stands in it."""
REGISTERED_MODEL = "fer"
REGISTERED = f"""The recognisers of facial expressions that this project trained, one version each.

A version takes pictures (bytes, paths or arrays) and gives of each the largest face: how many there
are, box, label, confidence, a column for each class. It needs no TensorFlow. `champion` is the one
that validates best; each model's newest version has the model's name as its alias.

```python
import mlflow, pandas as pd

model = mlflow.pyfunc.load_model("models:/{REGISTERED_MODEL}@champion")
model.predict(pd.DataFrame({{"picture": ["photo.jpg"]}}))
```

{SIGNATURE}
"""


def is_ours(text: str | None) -> bool:
    """Whether a description may be written anew: there is none, or no person wrote it."""
    return not text or SIGNATURE in text


def describe_model(card: dict[str, Any], version: str) -> str:
    """Figures, where it fails, limits, and how to load its version in the registry."""
    load = f'model = mlflow.pyfunc.load_model("models:/{REGISTERED_MODEL}/{version}")'
    predict = 'model.predict(pd.DataFrame({"picture": ["photo.jpg"]}))'
    parts = [
        summary(card),
        figures(card),
        "**Worst classes**",
        _list(card["known_failures"]),
        *confusion(card["test_confusion"], card["classes"]),
        "**Limits**",
        _list(card["limits"].values()),
        "**How to load it**",
        f"```python\n{load}\n{predict}\n```",
        SIGNATURE,
    ]
    return "\n\n".join(parts) + "\n"


def summary(card: dict[str, Any]) -> str:
    """What to know of a model in a few sentences."""
    test, averaged = card["figures"]["test"], card["test_averaged"]
    accuracy, macro_f1 = (card["test_intervals_95"][name] for name in ("accuracy", "macro_f1"))
    views, faces = VIEWS[averaged["views"]], sum(card["faces"]["test"].values())
    many = f" The mean of {views} views of each is right of {averaged['accuracy']:.1%}."
    return (
        f"{card['model']} is right of {test['accuracy']:.1%} of {faces:,} test faces "
        f"(95 % interval: {accuracy['low']:.1%} to {accuracy['high']:.1%}); its macro-F1 is "
        f"{test['macro_f1']:.3f} ({macro_f1['low']:.3f} to {macro_f1['high']:.3f})."
        f"{many * (views > 1)} It has {card['parameters']:,} parameters, of epoch "
        f"{card['best_epoch']} of {card['epochs']}; it was {card['split_rule']}."
    )


def figures(card: dict[str, Any]) -> str:
    """The table of all splits."""
    rows = [["faces", "accuracy", "macro-F1", "loss", "calibration error"]]
    for split, measured in card["figures"].items():
        others = [f"{measured[name]:.3f}" for name in ("macro_f1", "loss", "calibration_error")]
        rows.append([split, _percent(measured["accuracy"]), *others])
    return _table(rows)


def confusion(counts: Sequence[Sequence[int]], classes: Sequence[str]) -> list[str]:
    """A title and the table of what each class's test faces are taken for; [] where it is wide."""
    if len("".join(classes)) > MAX_WIDTH:
        return []
    rows = [["actual", *classes]]
    for at, (name, row) in enumerate(zip(classes, counts, strict=True)):
        shares = [f"{100 * count / sum(row):.0f}" if sum(row) else "" for count in row]
        shares[at] = shares[at] and f"**{shares[at]}**"
        rows.append([name, *shares])
    return ["**What test faces are taken for**, in per cent of each row", _table(rows)]


def describe_study(rows: Sequence[Sequence[str]]) -> str:
    """The table of a study, whose first row is the header; as many rows as there is room for."""
    most = range(min(len(rows) - 1, MAX_ROWS), -1, -1)
    texts = (_first_runs(rows, shown) for shown in most)
    return next((text for text in texts if len(text) <= MAX_LETTERS), SIGNATURE)


def _first_runs(rows: Sequence[Sequence[str]], shown: int) -> str:
    left = len(rows) - 1 - shown
    parts = [_table(rows[: 1 + shown]), f"... and {left} more" * (left > 0), SIGNATURE]
    return "\n\n".join(filter(None, parts)) + "\n"


def describe_ablation(table: Sequence[Mapping[str, Any]]) -> str:
    """The table of an ablation, whose rows are those of reports/ablation/ablation.csv."""
    rows = [["recipe", "seed", "kept epoch", "validation accuracy", "test accuracy", "macro-F1"]]
    for row in table:
        shares = (float(row[f"{split}_accuracy"]) for split in ("val", "test"))
        facts = [str(row[name]) for name in ("recipe", "seed", "best_epoch")]
        rows.append([*facts, *map(_percent, shares), f"{float(row['test_macro_f1']):.3f}"])
    return describe_study(rows)


@dataclass(frozen=True)
class StudyRun:
    """One of the runs of a study."""

    name: str
    params: dict[str, str]
    metrics: dict[str, float]


def describe_sweep(runs: Sequence[StudyRun]) -> str:
    """The table of runs that differ in params, the one that validates best first."""
    names = sorted({name for run in runs for name in run.params})
    differing = [name for name in names if len({run.params.get(name) for run in runs}) > 1]
    rows = [["run", *differing, "validation accuracy", "test accuracy"]]
    for run in sorted(runs, key=lambda run: -run.metrics.get("best/val/accuracy", 0)):
        values = [run.params.get(name, "") for name in differing]
        shares = (run.metrics.get(f"{split}/accuracy") for split in ("best/val", "test"))
        rows.append([run.name, *values, *map(_percent, shares)])
    return describe_study(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """In Markdown, with gaps: MLflow's page sets its columns side by side without any."""
    return markdown([[f"{cell}&emsp;" for cell in row] for row in rows], on_the_right=True)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)
