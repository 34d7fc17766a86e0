"""Stage: reports -> models/best.onnx (served), models/best.keras and models/best.json (card).

The champion is chosen by a validation figure that params.yaml names. The three files replace the
old champion together, and only after ONNX has been seen to give what Keras gives.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from pipeline.data.dataset import Split, load_split
from pipeline.formats.onnx_export import export_onnx, largest_difference
from pipeline.foundation.params import REPOSITORY, ParamsError, load_params
from pipeline.records.card import metadata_of, read_card
from pipeline.records.reports import read_report

TOLERANCE = 1e-4
"""Largest difference of a probability between ONNX and Keras."""
CHECKED_FACES = 512


class PromotionError(RuntimeError):
    """No model may be promoted; the old champion stays as it was."""


def choose(candidates: dict[str, dict[str, Any]], metric: str) -> str:
    """The name of the best model: `candidates` maps names to figures per split.

    Only the validation figures are looked at. Equal figures go to the model named first.
    """
    sign = -1 if metric == "loss" else 1
    return max(candidates, key=lambda name: sign * candidates[name]["validation"][metric])


def promote(keras_file: Path, card: dict[str, Any], validation: Split, folder: Path) -> None:
    """Write best.onnx, best.keras and best.json to `folder`, all or none."""
    network = keras.models.load_model(keras_file, compile=False)
    faces = validation.images[:CHECKED_FACES, ..., np.newaxis].astype(np.float32)
    with tempfile.TemporaryDirectory(dir=folder, prefix="partial-") as name:
        made = Path(name)
        export_onnx(network, metadata_of(card), made / "best.onnx")
        difference = largest_difference(made / "best.onnx", network, faces)
        if not difference <= TOLERANCE:
            raise PromotionError(
                f"ONNX and Keras differ by {difference:.2g} on {len(faces)} validation faces, more "
                f"than {TOLERANCE}; {card['model']} is not promoted and the old champion stays"
            )
        shutil.copyfile(keras_file, made / "best.keras")
        card = {
            **card,
            "onnx_differs_from_keras_by": difference,
            "sha256": {file.name: _sha256(file) for file in sorted(made.iterdir())},
        }
        text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
        (made / "best.json").write_text(text, encoding="utf-8")
        for file in made.iterdir():
            file.replace(folder / file.name)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Promote the best of the models that params.yaml lists."""
    params = load_params()
    metric = params.promote.metric
    figures = {model: read_report(model, "metrics.json") for model in params.models}
    name = choose(figures, metric)
    card = read_card(name, params.models, metric)
    models = REPOSITORY / "models"
    promote(models / f"{name}.keras", card, load_split("val"), models)
    for model, value in card["candidates"].items():
        print(f"{model}: validation {metric} {value:.4f}{'  <- champion' * (model == name)}")


if __name__ == "__main__":
    try:
        main()
    except (ParamsError, PromotionError, FileNotFoundError) as error:
        sys.exit(f"promote: {error}")
