"""The model card: where a model comes from, what it can do and where it fails."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fer_system.intervals import FEW_FACES
from pipeline.data.dataset import FER2013_HASH, SIZE
from pipeline.foundation.params import REPOSITORY
from pipeline.records.files import read_json
from pipeline.records.reports import read_history, read_report

CHAMPION_CARD = REPOSITORY / "models" / "best.json"
NEEDED = {
    "card": (
        "model",
        "candidates",
        "data_hash",
        "parameters",
        "recipe.network",
        "classes",
        "threshold",
        "git_commit",
        "mlflow_run_id",
        "figures.validation",
        "figures.test.accuracy",
        "test_averaged.views",
        "test_intervals_95.accuracy",
    ),
    "training": ("model", "parameters", "recipe", "git_commit", "mlflow_run_id"),
    "details": (
        "data_hash",
        "averaging",
        "train.per_class",
        "validation.per_class",
        "validation.threshold",
        "test.per_class",
        "test.confusion",
        "test.calibration",
        "test.averaged",
        "test.intervals_95",
    ),
}
"""Keys that must be in the card of the champion and in the reports that a card is made of."""
LIMITS = {
    "expression": "It names the expression that a face shows, not what the person feels.",
    "labels": "It learned the guesses of few people; people agree with them on about 65 % of the "
    "faces.",
    "copies": "Some test faces are photographs that the training faces hold too, so the figures "
    "are a little too good.",
    "few": "Fewer than 100 faces tested it: chance alone moves its figures by many points, as the "
    "intervals tell.",
    "spoilt": "It is right far less often on faces that are small, blurred, noisy or much turned.",
    "fairness": "Nothing is known of its errors by age, skin, gender or culture; expect them to be "
    "spread unfairly.",
    "use": "It is made to learn and to play, with people who agreed, and must judge nobody.",
}
"""What a reader of the model card must know; the page knows the sentences by their names."""
OF_FER2013 = ("labels", "copies")
"""The limits that are known of FER2013's faces and of no other dataset."""
SPLIT_RULE = (
    "trained on the training faces, chosen on the validation faces; the test faces choose nothing"
)


def read_champion() -> dict[str, Any]:
    """The card of the champion; MissingFileError and DamagedFileError say how to make it."""
    return read_json(CHAMPION_CARD, "dvc repro promote", *NEEDED["card"])


def read_card(name: str, models: Sequence[str], metric: str) -> dict[str, Any]:
    """The card of one of `models`, from the reports on all of them; errors as of `read_report`."""
    return model_card(
        read_report(name, "training", *NEEDED["training"]),
        {model: read_figures(model, metric) for model in models},
        read_report(name, "details", *NEEDED["details"]),
        read_history(name),
        metric,
    )


def read_figures(model: str, metric: str) -> dict[str, Any]:
    """A model's figures by split, `metric` of the validation split among them."""
    return read_report(model, "figures", "train", f"validation.{metric}", "test.accuracy")


def model_card(
    record: dict[str, Any],
    figures: dict[str, dict[str, dict[str, float]]],
    details: dict[str, Any],
    history: list[dict[str, float]],
    metric: str,
) -> dict[str, Any]:
    """What a reader should know of a model: where it comes from and what it can do.

    `figures` are those of every candidate, `record`, `details` and `history` the model's own
    reports, `metric` is the validation figure that chooses among the candidates.
    """
    name, test = record["model"], details["test"]
    classes = list(test["per_class"])
    return {
        **record,
        "data_hash": details["data_hash"],
        "classes": classes,
        "input": f"float32 (N, {SIZE}, {SIZE}, 1), grey levels 0..255",
        "figures": figures[name],
        "test_intervals_95": test["intervals_95"],
        "threshold": details["validation"]["threshold"],
        "test_averaged": {"views": details["averaging"], **test["averaged"]},
        "test_per_class": test["per_class"],
        "test_confusion": test["confusion"],
        "test_calibration": test["calibration"],
        "faces": {split: faces_per_class(details[split]) for split in figures[name]},
        "history": {name: [round(row[name], 4) for row in history] for name in history[0]},
        "chosen_by": f"validation {metric}",
        "candidates": {other: values["validation"][metric] for other, values in figures.items()},
        "split_rule": SPLIT_RULE,
        "known_failures": known_failures(test["confusion"], classes),
        "limits": limits_of(details["data_hash"], sum(map(sum, test["confusion"]))),
    }


def limits_of(data: str, faces: int) -> dict[str, str]:
    """Those of LIMITS that hold for a model of the data with this hash and so many test faces."""
    left_out = () if data == FER2013_HASH else OF_FER2013
    if faces >= FEW_FACES:
        left_out = (*left_out, "few")
    return {name: sentence for name, sentence in LIMITS.items() if name not in left_out}


def faces_per_class(details: dict[str, Any]) -> dict[str, int]:
    """How many faces of each class a split has, by its details."""
    return {name: rates["faces"] for name, rates in details["per_class"].items()}


def known_failures(confusion: list[list[int]], classes: Sequence[str]) -> list[str]:
    """A sentence for each of the three classes that are recognised worst, if they have faces."""
    failures = []
    for index, row in enumerate(confusion):
        if faces := sum(row):
            recall = row[index] / faces
            share, other = max((count / faces, at) for at, count in enumerate(row) if at != index)
            sentence = f"recall {recall:.0%}; {share:.0%} are taken for {classes[other]}"
            failures.append((recall, f"{classes[index]}: {sentence}"))
    return [sentence for _, sentence in sorted(failures)[:3]]


def metadata_of(card: dict[str, Any]) -> dict[str, str]:
    """The model card as ONNX metadata properties, which are strings: its chief facts, and all."""
    return {
        "classes": json.dumps(card["classes"], ensure_ascii=False),
        "input_size": str(SIZE),
        "model": card["model"],
        "git_commit": card["git_commit"],
        "data_hash": card["data_hash"],
        "mlflow_run_id": card["mlflow_run_id"],
        "threshold": repr(card["threshold"]),
        "turned_threshold": repr(card.get("turned_threshold", card["threshold"])),
        "validation": json.dumps(card["figures"]["validation"]),
        "test": json.dumps(card["figures"]["test"]),
        "card": json.dumps(card, ensure_ascii=False),
    }
