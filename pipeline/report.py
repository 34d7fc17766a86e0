"""By hand: the card and the reports of the last `dvc repro` -> one page to send to a colleague.

`python -m pipeline.report [OUT]` writes reports/report.html: pictures and style are inside it, so
it asks nothing of any network. What no stage makes (label noise, ablation) is told where it is
there.
"""

from __future__ import annotations

import argparse
import base64
import io
from pathlib import Path
from typing import Any

from jinja2 import UndefinedError
from markupsafe import Markup
from ruamel.yaml import YAML

from fer_system.card import CARD_TEXTS, ENGLISH, STYLE, Words, emoji_styles, environment, model_card
from fer_system.classifier import read_card
from pipeline.foundation.errors import DamagedFileError, PipelineError, run
from pipeline.foundation.files import write_whole
from pipeline.records.card import metadata_of, read_champion
from pipeline.records.files import existing, read_json, read_table
from pipeline.records.reports import (
    PICTURES,
    REPORTS,
    read_distribution,
    read_report,
    read_robustness,
)
from pipeline.records.rivals import entries_of, read_compared

TEMPLATE = Path(__file__).parent / "records" / "report.html"
IDENTITY = ("git_commit", "data_hash", "mlflow_run_id")
"""What tells one training from another."""
NEEDED = {
    "training": ("git_commit", "mlflow_run_id", "epochs"),
    "figures": ("train", "validation", "test"),
    "details": ("data_hash", "test"),
    "cost": ("parameters", "milliseconds_per_face", "seconds_per_epoch"),
}
"""Keys of each report that the page shows of every model."""
ONE_FACE = 1e-3
"""Accuracies of one network that differ by less were measured on other processors."""


def gather() -> dict[str, Any]:
    """Everything that the page tells, from the files.

    MissingFileError and DamagedFileError say how to make one; `label_noise` and `ablation`, which
    no stage makes, are empty where they are missing.
    """
    card = read_champion()
    drawn = PICTURES / card["model"]
    return {
        "card": card,
        "models": {name: read_model(name) for name in card["candidates"]},
        "pictures": {
            name: picture(existing(drawn / f"{name}.png", "dvc repro draw"))
            for name in ("history", "calibration")
        },
        "faces": faces_of(read_distribution()),
        "robustness": read_robustness(),
        "rivals": read_compared(),
        "ours": entries_of(card),
        "label_noise": read_label_noise(REPORTS / "label_noise"),
        "ablation": read_ablation(REPORTS / "ablation" / "ablation.csv"),
    }


def read_model(name: str) -> dict[str, Any]:
    """The reports on one model that the page compares or looks into."""
    return {file: read_report(name, file, *keys) for file, keys in NEEDED.items()}


def read_label_noise(folder: Path) -> dict[str, Any]:
    """The study of the labels with its picture; empty where it was not made."""
    summary, drawn = folder / "label_noise.json", folder / "agreement.png"
    if not (summary.exists() and drawn.exists()):
        return {}
    return read_json(summary, "python -m pipeline.label_noise") | {"picture": picture(drawn)}


def read_ablation(path: Path) -> list[dict[str, str]]:
    """The rows of the study of the recipe; none where it was not made."""
    return read_table(path, "python -m pipeline.ablation", dict) if path.exists() else []


def faces_of(counts: list[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """Faces of each class in each split, from (split, class, number of faces)."""
    faces: dict[str, dict[str, int]] = {}
    for split, name, count in counts:
        faces.setdefault(split, {})[name] = count
    return faces


def picture(path: Path) -> str:
    """A PNG file as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"


def disagreements(content: dict[str, Any]) -> list[str]:
    """A sentence for each report in `content` that is not of the champion that its card tells of.

    It happens where stages were run one by one, or a file was taken from elsewhere.
    """
    card, models = content["card"], content["models"]
    name, reports = card["model"], models[card["model"]]
    known = {
        **reports["training"],
        "data_hash": reports["details"]["data_hash"],
        "figures": reports["figures"],
    }
    sentences = []
    if differing := [key for key in (*IDENTITY, "figures") if known[key] != card[key]]:
        sentences.append(
            f"models/best.json and reports/models/{name} are of different trainings: "
            f"{', '.join(differing)} differ."
        )
    data = {model: each["details"]["data_hash"] for model, each in models.items()}
    if others := [m for m in models if m != name and data[m] != card["data_hash"]]:
        sentences.append(
            f"The figures of {' and '.join(others)} are of other data than those of {name}, so "
            "they do not compare."
        )
    if list(content["faces"].values()) != list(card["faces"].values()):
        sentences.append(f"reports/data counts other faces than those of {name}.")
    unspoilt = content["robustness"][0]["accuracy"]
    if abs(unspoilt - card["figures"]["test"]["accuracy"]) > ONE_FACE:
        sentences.append("reports/robustness is of another champion.")
    told = {rival["name"]: rival["accuracy"] for rival in content["rivals"]}
    if any(told.get(entry["name"]) != entry["accuracy"] for entry in content["ours"]):
        sentences.append("reports/rivals is of another champion.")
    return sentences


def page(content: dict[str, Any]) -> str:
    """The HTML page on what `gather` gave."""
    card = content["card"]
    templates = environment(TEMPLATE.parent)
    templates.filters |= {"percent": percent, "interval": interval, "recipe": recipe}
    return templates.get_template(TEMPLATE.name).render(
        content,
        disagreements=disagreements(content),
        card_style=Markup(STYLE.read_text(encoding="utf-8")),
        emoji_styles=Markup(emoji_styles(card["classes"])),
        model_card=Markup(card_section(card)),
    )


def card_section(card: dict[str, Any]) -> str:
    """The model card as the page shows it, read as from the model file."""
    return model_card(read_card(metadata_of(card)), Words(CARD_TEXTS[ENGLISH]))


def percent(share: float | str, digits: int = 1) -> str:
    """A share 0..1 in percent; number and sign are not parted at the end of a line."""
    return f"{100 * float(share):.{digits}f}\N{NO-BREAK SPACE}%"


def interval(limits: dict[str, float], factor: int = 1, digits: int = 3) -> str:
    """The ends of an interval times `factor`: "0.680 to 0.720"."""
    low, high = (f"{factor * limits[end]:.{digits}f}" for end in ("low", "high"))
    return f"{low} to {high}"


def recipe(settings: dict[str, Any], model: str) -> str:
    """The settings of a training as the section of params.yaml that would repeat it."""
    yaml, text = YAML(), io.StringIO()
    yaml.default_flow_style, yaml.width = None, 100
    yaml.dump({"train": {model: settings}}, text)
    return text.getvalue()


def main() -> None:
    """Write the page, and say what in it does not go together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "out",
        type=Path,
        nargs="?",
        default=REPORTS / "report.html",
        help="file to write (default: reports/report.html)",
    )
    out = parser.parse_args().out
    content = gather()
    try:
        html = page(content)
    except (KeyError, ValueError, UndefinedError) as error:
        raise DamagedFileError(
            f"models/best.json or a file of reports/ cannot be read ({error}); "
            "make them again with `dvc repro --force`"
        ) from error
    try:
        write_whole(out, lambda partial: partial.write_text(html, encoding="utf-8"))
    except OSError as error:
        raise PipelineError(f"{out} cannot be written ({error}); name another place") from error
    for sentence in disagreements(content):
        print(f"Beware: {sentence} `dvc repro` brings them up to date.")
    print(f"{out}: {len(html.encode()) / 1e6:.1f} MB; open it in a browser, or send it.")


if __name__ == "__main__":
    run(main)
