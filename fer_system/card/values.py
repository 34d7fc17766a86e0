"""What the card's template shows, as plain values: words, figures and plots."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .charts import Axis, Plot, Points
from .words import Words

if TYPE_CHECKING:
    from ..classifier import ModelCard

Details = Mapping[str, Any]
"""The whole of models/best.json, or as much of it as the model file tells."""

TRAINING, VALIDATION, IDEAL = "fer-training", "fer-validation", "fer-ideal"
PERCENTS = {share / 100: f"{share} %" for share in range(0, 101, 25)}


def values_of(card: ModelCard, words: Words) -> dict[str, Any]:
    """The values of card.html by their names there; a part that the file lacks is None."""
    values: dict[str, Any] = {
        "introduction": introduction(card, words),
        "scores": scores(card, words),
        "provenance": provenance(card, words),
        "recipe": flat(card.details.get("recipe", {})),
        "limits": limits(card.details.get("limits", {}), words),
    }
    for name, part, needed in (
        ("rates", rates, {"classes", "test_per_class"}),
        ("errors", errors, {"classes", "test_confusion"}),
        ("trust", trust, {"figures", "threshold", "test_calibration"}),
        ("training", training, {"history", "best_epoch"}),
        ("data", data, {"classes", "faces"}),
    ):
        values[name] = part(card.details, words) if needed <= card.details.keys() else None
    return values


def introduction(card: ModelCard, words: Words) -> str:
    """Who learned from what, and what always naming the commonest emotion would reach."""
    if not {"faces", "parameters"} <= card.details.keys():
        bare: str = words.MODEL_BARE.format(model=card.model)
        return bare
    train, test = (card.details["faces"][split] for split in ("train", "test"))
    commonest = max(test, key=test.__getitem__)
    sentence: str = words.MODEL_INTRODUCTION.format(
        model=card.model,
        parameters=words.number(card.details["parameters"]),
        train=words.number(sum(train.values())),
        test=words.number(sum(test.values())),
        emotion=words.emotion(commonest),
        share=words.rate(test[commonest] / sum(test.values())),
    )
    return sentence


def scores(card: ModelCard, words: Words) -> list[tuple[str, str, str, str]]:
    """The chief figures: name, value, interval where the file tells it, and what they mean."""
    intervals = card.details.get("test_intervals_95", {})
    return [
        (
            words.ACCURACY,
            words.rate(card.test.accuracy),
            _interval(intervals.get("accuracy"), 100, 1, words),
            words.ACCURACY_MEANS,
        ),
        (
            words.MACRO_F1,
            words.decimal(card.test.macro_f1, 3),
            _interval(intervals.get("macro_f1"), 1, 3, words),
            words.MACRO_F1_MEANS,
        ),
        (words.CHOSEN_BY, words.rate(card.validation.accuracy), "", words.CHOSEN_BY_MEANS),
    ]


def _interval(limits: Mapping[str, float] | None, factor: int, digits: int, words: Words) -> str:
    if not limits:
        return ""
    low, high = (words.decimal(factor * limits[end], digits) for end in ("low", "high"))
    interval: str = words.INTERVAL.format(low=low, high=high)
    return interval


def rates(details: Details, words: Words) -> list[tuple[str, float, list[str]]]:
    """Recall, precision and F1 of every class, the recall as a share too."""
    return [
        (
            words.emotion(name),
            rate["recall"],
            [
                words.percent(rate["recall"]),
                words.percent(rate["precision"]),
                words.decimal(rate["f1"], 2),
            ],
        )
        for name in details["classes"]
        for rate in [details["test_per_class"][name]]
    ]


def errors(details: Details, words: Words) -> dict[str, Any]:
    """The confusion matrix, and the classes that are recognised worst in words."""
    classes, confusion = details["classes"], details["test_confusion"]
    return {
        "worst": list(failures(confusion, classes, words)),
        "words": [words.emotion(name) for name in classes],
        "counts": confusion,
    }


def failures(
    confusion: Sequence[Sequence[int]], classes: Sequence[str], words: Words
) -> Iterator[str]:
    """A sentence for each of the three classes that are recognised worst, the worst first."""
    rows = ((row, at, sum(row)) for at, row in enumerate(confusion) if sum(row))
    for row, at, faces in sorted(rows, key=lambda entry: entry[0][entry[1]] / entry[2])[:3]:
        count, other = max((count, other) for other, count in enumerate(row) if other != at)
        yield words.FAILURE.format(
            emotion=words.emotion(classes[at]),
            recall=words.percent(row[at] / faces),
            share=words.percent(count / faces),
            other=words.emotion(classes[other]),
        )


def trust(details: Details, words: Words) -> dict[str, Any]:
    """Confidence beside accuracy, on the test faces."""
    parts = details["test_calibration"]
    sizes = [(faces / max(parts["faces"])) ** 0.5 for faces in parts["faces"]]
    dots = list(zip(parts["confidence"], parts["accuracy"], sizes, strict=True))
    x = Axis(words.CONFIDENCE, 0, 1, PERCENTS)
    y = Axis(words.SHARE_RIGHT, 0, 1, PERCENTS)
    return {
        "plot": Plot(words.TRUST_PLOT, x, y, {IDEAL: [(0, 0), (1, 1)]}, dots),
        "summary": words.TRUST_SUMMARY.format(
            error=words.rate(details["figures"]["test"]["calibration_error"]),
            threshold=words.percent(details["threshold"]),
        )
        + turned(details, words),
    }


def turned(details: Details, words: Words) -> str:
    """From what probability on a turned face gets a label, where the file tells it."""
    if "turned_threshold" not in details:
        return ""
    sentence: str = words.TRUST_TURNED.format(threshold=words.percent(details["turned_threshold"]))
    return sentence


def training(details: Details, words: Words) -> dict[str, Any]:
    """Accuracy and loss of every epoch."""
    history, best = details["history"], details["best_epoch"]
    at = history["epoch"].index(best)
    highest = math.ceil(max(*history["loss"], *history["val_loss"]))
    x = Axis(words.EPOCH, 0, max(history["epoch"]), {0: "0", best: str(best)})
    accuracy = Axis(words.ACCURACY, 0, 1, PERCENTS)
    loss = Axis(words.LOSS, 0, highest, {n: str(n) for n in range(highest + 1)})
    return {
        "plots": [
            Plot(words.ACCURACY_PLOT, x, accuracy, _curves(history, "accuracy")),
            Plot(words.LOSS_PLOT, x, loss, _curves(history, "loss")),
        ],
        "summary": words.TRAINING_SUMMARY.format(
            first_accuracy=words.percent(history["val_accuracy"][0]),
            accuracy=words.percent(history["val_accuracy"][at]),
            best=best,
            first_loss=words.decimal(history["val_loss"][0], 2),
            loss=words.decimal(history["val_loss"][at], 2),
        ),
    }


def _curves(history: Mapping[str, Sequence[float]], name: str) -> dict[str, Points]:
    return {
        style: list(zip(history["epoch"], history[column], strict=True))
        for style, column in ((TRAINING, name), (VALIDATION, f"val_{name}"))
    }


def data(details: Details, words: Words) -> list[tuple[str, float, list[str]]]:
    """Faces of each class in each split, those to learn from as a share of the most too."""
    splits = [details["faces"][split] for split in ("train", "validation", "test")]
    most = max(splits[0].values())
    return [
        (words.emotion(name), splits[0][name] / most, [words.number(s[name]) for s in splits])
        for name in details["classes"]
    ]


def provenance(card: ModelCard, words: Words) -> dict[str, str]:
    """Where the model comes from."""
    facts = {
        words.PROVENANCE_MODEL: card.model,
        words.PROVENANCE_COMMIT: card.git_commit,
        words.PROVENANCE_DATA: card.data_hash,
        words.PROVENANCE_RUN: card.mlflow_run_id,
    }
    if {"epochs", "seconds_per_epoch", "keras"} <= card.details.keys():
        facts[words.PROVENANCE_TRAINING] = words.TRAINED.format(
            epochs=card.details["epochs"], seconds=round(card.details["seconds_per_epoch"])
        )
        facts[words.PROVENANCE_KERAS] = card.details["keras"]
    if distil := card.details.get("recipe", {}).get("distil"):
        facts[words.PROVENANCE_TEACHERS] = ", ".join(distil["teachers"])
    if share := card.details.get("votes"):
        facts[words.PROVENANCE_VOTES] = words.VOTES.format(share=words.percent(share))
    if power := card.details.get("prior_power"):
        facts[words.PROVENANCE_PRIOR] = words.PRIOR.format(power=words.decimal(power, 2))
    return facts


def flat(tree: Mapping[str, Any]) -> dict[str, str]:
    """A recipe with its sections' keys joined by dots, as `dvc` and MLflow name them."""
    leaves: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            leaves |= {f"{name}.{inner}": leaf for inner, leaf in flat(value).items()}
        else:
            leaves[name] = json.dumps(value, ensure_ascii=False)
    return leaves


def limits(told: Mapping[str, str], words: Words) -> list[str]:
    """The card's limits in the page's words; one unknown here in the card's own."""
    return [words.LIMITS.get(name, sentence) for name, sentence in told.items()]
