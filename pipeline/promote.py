"""Stage: reports -> models/best.onnx (served), models/best.keras and models/best.json (card).

The champion is chosen by a validation figure that params.yaml names. Its files are those that
`evaluate` measured, the ONNX file with the card in it. What the champion alone is measured on are
validation faces turned on purpose: they choose from what probability on a turned face gets a label.
The same champion gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from pipeline.data.dataset import load_split
from pipeline.formats.onnx_file import ALL_CORES, load_onnx, with_metadata
from pipeline.foundation.errors import run
from pipeline.foundation.files import replace_other
from pipeline.foundation.params import REPOSITORY, load_params
from pipeline.measuring.predictions import Predict
from pipeline.measuring.turned import label_worth
from pipeline.records.card import metadata_of, read_card, read_figures
from pipeline.records.files import existing
from pipeline.records.reports import read_report


def choose(candidates: dict[str, dict[str, Any]], metric: str) -> str:
    """The name of the best model: `candidates` maps names to figures per split.

    Only the validation figures are looked at. Equal figures go to the model named first.
    """
    sign = -1 if metric == "loss" else 1
    return max(candidates, key=lambda name: sign * candidates[name]["validation"][metric])


def promote(name: str, card: dict[str, Any], difference: float, folder: Path) -> None:
    """Make the model `name` of `folder` its best.onnx, best.keras and best.json, all or none.

    `difference` is that between ONNX and Keras, which best.json tells beside the card. Files that
    would not change are left alone. MissingFileError and DamagedFileError tell of the model's.
    """
    network = existing(folder / f"{name}.keras", "dvc repro")
    with tempfile.TemporaryDirectory(dir=folder, prefix="partial-") as place:
        made = Path(place)
        (made / "best.onnx").write_bytes(with_metadata(folder / f"{name}.onnx", metadata_of(card)))
        shutil.copyfile(network, made / "best.keras")
        hashes = {file.name: _sha256(file) for file in sorted(made.iterdir())}
        content = {**card, "onnx_differs_from_keras_by": difference, "sha256": hashes}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (made / "best.json").write_text(text, encoding="utf-8")
        for file in sorted(made.iterdir()):
            replace_other(folder / file.name, file)


def turned_faces(network: Predict, card: dict[str, Any]) -> dict[str, Any]:
    """What the card tells of turned faces: their threshold, and by way of turning both figures.

    The threshold is the highest, as nobody is told in which way a face is turned, and no lower than
    that of other faces.
    """
    ways = label_worth(network, load_split("val"))
    highest = max(card["threshold"], *(figures["threshold"] for figures in ways.values()))
    return {"turned_threshold": highest, "turned": ways}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Promote the best of the models that params.yaml lists."""
    params = load_params()
    metric = params.promote.metric
    figures = {model: read_figures(model, metric) for model in params.candidates}
    name = choose(figures, metric)
    card = read_card(name, params.candidates, metric)
    card |= turned_faces(load_onnx(REPOSITORY / "models" / f"{name}.onnx", ALL_CORES), card)
    key = "onnx_differs_from_keras_by"
    promote(name, card, read_report(name, "details", key)[key], REPOSITORY / "models")
    for model, value in card["candidates"].items():
        print(f"{model}: validation {metric} {value:.4f}{'  <- champion' * (model == name)}")


if __name__ == "__main__":
    run(main)
