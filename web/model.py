"""Tab *Model*: the card of the served model, from what its file says about itself."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import gradio as gr

from fer_system.classifier import ModelCard
from fer_system.recognizer import Recognizer
from web import cards, charts, text

TRAINING, VALIDATION, IDEAL = "fer-training", "fer-validation", "fer-ideal"
PERCENTS = {share / 100: f"{share} %" for share in range(0, 101, 25)}


def model_tab(recognizer: Recognizer) -> None:
    """Lay out the tab; call inside `gr.Blocks`."""
    with gr.Tab(text.label("MODEL_TAB")):
        cards.html(lambda: model_card(recognizer.card), elem_id="model-card")


def model_card(card: ModelCard) -> str:
    """The card as HTML: a section for everything that the model file tells."""
    sections = [_panel(text.SCORES, _scores(card))]
    for title, content, needed in (
        (text.RATES, _rates, {"classes", "test_per_class"}),
        (text.ERRORS, _errors, {"classes", "test_confusion"}),
        (text.TRUST, _trust, {"figures", "threshold", "test_calibration"}),
        (text.TRAINING, _training, {"history", "best_epoch"}),
        (text.DATA, _data, {"classes", "faces"}),
    ):
        if needed <= card.details.keys():
            sections.append(_panel(title, content(card.details)))
    sections.append(_panel(text.PROVENANCE, _provenance(card)))
    if limits := card.details.get("limits"):
        sections.append(_panel(text.LIMITS_TITLE, _limits(limits)))
    return f'<div class="fer-panels">{"".join(sections)}</div>'


def _panel(title: str, content: str) -> str:
    return f'<section class="fer-panel"><h2>{escape(title)}</h2>{content}</section>'


def _paragraph(sentence: str) -> str:
    return f"<p>{escape(sentence)}</p>"


def _class_name(position: int, name: str) -> str:
    return f'{cards.emoji(position)}<span class="fer-name">{escape(text.emotion(name))}</span>'


def _scores(card: ModelCard) -> str:
    """The chief figures, with their intervals where the model file tells them."""
    details = card.details
    intervals = details.get("test_intervals_95", {})
    tiles = [
        (
            text.ACCURACY,
            text.rate(card.test.accuracy),
            _interval(intervals.get("accuracy"), 100, 1),
            text.ACCURACY_MEANS,
        ),
        (
            text.MACRO_F1,
            text.decimal(card.test.macro_f1, 3),
            _interval(intervals.get("macro_f1"), 1, 3),
            text.MACRO_F1_MEANS,
        ),
        (text.CHOSEN_BY, text.rate(card.validation.accuracy), "", text.CHOSEN_BY_MEANS),
    ]
    listed = "".join(
        f"<div><dt>{escape(name)}</dt><dd><strong>{escape(figure)}</strong>"
        f"<span>{escape(interval)}</span>{escape(meaning)}</dd></div>"
        for name, figure, interval, meaning in tiles
    )
    return f"{_paragraph(_introduction(card))}<dl class='fer-scores'>{listed}</dl>"


def _interval(limits: Mapping[str, float] | None, factor: int, digits: int) -> str:
    if not limits:
        return ""
    low, high = (text.decimal(factor * limits[end], digits) for end in ("low", "high"))
    return text.INTERVAL.format(low=low, high=high)


def _introduction(card: ModelCard) -> str:
    """Who learned from what, and what always naming the commonest emotion would reach."""
    if not {"faces", "parameters"} <= card.details.keys():
        return text.MODEL_BARE.format(model=card.model)
    train, test = (card.details["faces"][split] for split in ("train", "test"))
    commonest = max(test, key=test.__getitem__)
    return text.MODEL_INTRODUCTION.format(
        model=card.model,
        parameters=text.number(card.details["parameters"]),
        train=text.number(sum(train.values())),
        test=text.number(sum(test.values())),
        emotion=text.emotion(commonest),
        share=text.rate(test[commonest] / sum(test.values())),
    )


def _errors(details: dict[str, Any]) -> str:
    classes, confusion = details["classes"], details["test_confusion"]
    names = [_class_name(position, name) for position, name in enumerate(classes)]
    worst = "".join(f"<li>{escape(sentence)}</li>" for sentence in failures(confusion, classes))
    return f"<ul>{worst}</ul>" + charts.shaded_table(
        text.CONFUSION, names, confusion, text.CONFUSION_CELL
    )


def failures(confusion: Sequence[Sequence[int]], classes: Sequence[str]) -> Iterator[str]:
    """A sentence for each of the three classes that are recognised worst, the worst first."""
    rows = ((row, at, sum(row)) for at, row in enumerate(confusion) if sum(row))
    for row, at, faces in sorted(rows, key=lambda entry: entry[0][entry[1]] / entry[2])[:3]:
        count, other = max((count, other) for other, count in enumerate(row) if other != at)
        yield text.FAILURE.format(
            emotion=text.emotion(classes[at]),
            recall=text.percent(row[at] / faces),
            share=text.percent(count / faces),
            other=text.emotion(classes[other]),
        )


def _rates(details: dict[str, Any]) -> str:
    rates = details["test_per_class"]
    rows = [
        [
            _class_name(details["classes"].index(name), name),
            text.percent(rate["recall"]),
            text.percent(rate["precision"]),
            text.decimal(rate["f1"], 2),
        ]
        for name, rate in rates.items()
    ]
    shares = [rate["recall"] for rate in rates.values()]
    return charts.table(text.RATES_MEAN, text.RATES_HEADER, rows, shares)


def _trust(details: dict[str, Any]) -> str:
    """Confidence beside accuracy, on the test faces."""
    parts = details["test_calibration"]
    sizes = [(faces / max(parts["faces"])) ** 0.5 for faces in parts["faces"]]
    dots = list(zip(parts["confidence"], parts["accuracy"], sizes, strict=True))
    x = charts.Axis(text.CONFIDENCE, 0, 1, PERCENTS)
    y = charts.Axis(text.SHARE_RIGHT, 0, 1, PERCENTS)
    summary = text.TRUST_SUMMARY.format(
        error=text.rate(details["figures"]["test"]["calibration_error"]),
        threshold=text.percent(details["threshold"]),
    )
    plot = charts.plot(text.TRUST_PLOT, x, y, {IDEAL: [(0, 0), (1, 1)]}, dots)
    return plot + _paragraph(summary)


def _training(details: dict[str, Any]) -> str:
    """Accuracy and loss of every epoch."""
    history, best = details["history"], details["best_epoch"]
    at = history["epoch"].index(best)
    highest = math.ceil(max(*history["loss"], *history["val_loss"]))
    x = charts.Axis(text.EPOCH, 0, max(history["epoch"]), {0: "0", best: str(best)})
    accuracy = charts.Axis(text.ACCURACY, 0, 1, PERCENTS)
    loss = charts.Axis(text.LOSS, 0, highest, {n: str(n) for n in range(highest + 1)})
    plots = charts.plot(text.ACCURACY_PLOT, x, accuracy, _curves(history, "accuracy"))
    plots += charts.plot(text.LOSS_PLOT, x, loss, _curves(history, "loss"))
    summary = text.TRAINING_SUMMARY.format(
        first_accuracy=text.percent(history["val_accuracy"][0]),
        accuracy=text.percent(history["val_accuracy"][at]),
        best=best,
        first_loss=text.decimal(history["val_loss"][0], 2),
        loss=text.decimal(history["val_loss"][at], 2),
    )
    names = charts.legend({TRAINING: text.TRAINING_LINE, VALIDATION: text.VALIDATION_LINE})
    return f'{names}<div class="fer-plots">{plots}</div>{_paragraph(summary)}'


def _curves(history: dict[str, list[float]], name: str) -> dict[str, charts.Points]:
    return {
        style: list(zip(history["epoch"], history[column], strict=True))
        for style, column in ((TRAINING, name), (VALIDATION, f"val_{name}"))
    }


def _data(details: dict[str, Any]) -> str:
    """Faces of each class in each split."""
    splits = [details["faces"][split] for split in ("train", "validation", "test")]
    rows = [
        [_class_name(position, name), *(text.number(split[name]) for split in splits)]
        for position, name in enumerate(details["classes"])
    ]
    most = max(splits[0].values())
    shares = [splits[0][name] / most for name in details["classes"]]
    return charts.table(text.DATA_MEANS, text.DATA_HEADER, rows, shares)


def _provenance(card: ModelCard) -> str:
    """Where the model comes from, and the recipe that made it."""
    details = card.details
    facts = {
        text.PROVENANCE_MODEL: card.model,
        text.PROVENANCE_COMMIT: card.git_commit,
        text.PROVENANCE_DATA: card.data_hash,
        text.PROVENANCE_RUN: card.mlflow_run_id,
    }
    if not {"epochs", "seconds_per_epoch", "keras", "recipe"} <= details.keys():
        return _facts(facts)
    facts[text.PROVENANCE_TRAINING] = text.TRAINED.format(
        epochs=details["epochs"], seconds=round(details["seconds_per_epoch"])
    )
    facts[text.PROVENANCE_KERAS] = details["keras"]
    recipe = f"<summary>{escape(text.RECIPE)}</summary>{_facts(flat(details['recipe']))}"
    return f"{_facts(facts)}<details>{recipe}</details>"


def _facts(facts: Mapping[str, str]) -> str:
    items = (
        f"<div><dt>{escape(name)}</dt>"
        f"<dd><bdi>{escape(fact or text.FOOTER_UNKNOWN)}</bdi></dd></div>"
        for name, fact in facts.items()
    )
    return f'<dl class="fer-facts">{"".join(items)}</dl>'


def flat(tree: Mapping[str, Any]) -> dict[str, str]:
    """A recipe with its sections' keys joined by dots, as `dvc` and MLflow name them."""
    leaves: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            leaves |= {f"{name}.{inner}": leaf for inner, leaf in flat(value).items()}
        else:
            leaves[name] = json.dumps(value, ensure_ascii=False)
    return leaves


def _limits(limits: Mapping[str, str]) -> str:
    """The card's limits in the page's words; one that the page does not know in the card's own."""
    sentences = (text.LIMITS.get(name, sentence) for name, sentence in limits.items())
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"
