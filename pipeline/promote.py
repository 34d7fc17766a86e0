"""Stage: reports -> models/best.onnx (served), models/best.keras and models/best.json (card).

The champion is chosen by a validation figure that params.yaml names. The three files replace the
old champion together, and only after ONNX has been seen to give what Keras gives.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime

from pipeline.dataset import SIZE, Split, load_split
from pipeline.params import REPOSITORY, ParamsError, load_params
from pipeline.tracking import Journal

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


def export_onnx(network: keras.Model, metadata: dict[str, str], path: Path) -> None:
    """Write `network` as ONNX: input `faces`, output `probabilities`, both with free batch size.

    `metadata` become the file's metadata properties.
    """
    served = keras.Model(network.input, {"probabilities": network.output})
    served(np.zeros((1, SIZE, SIZE, 1), np.float32))  # the exporter wants a model that was called
    with contextlib.redirect_stdout(io.StringIO()):
        served.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    _rename_output(model.graph, "probabilities")
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def _rename_output(graph: onnx.GraphProto, name: str) -> None:
    (output,) = graph.output
    for node in graph.node:
        node.output[:] = [name if value == output.name else value for value in node.output]
    output.name = name


def largest_difference(path: Path, network: keras.Model, faces: np.ndarray) -> float:
    """Largest difference between a probability of ONNX and of Keras, `faces` (N, 48, 48, 1)."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (served,) = session.run(["probabilities"], {"faces": faces})
    return float(np.abs(served - network.predict(faces, verbose=0)).max())


def model_card(
    record: dict[str, Any],
    figures: dict[str, dict[str, dict[str, float]]],
    metric: str,
    classes: tuple[str, ...],
) -> dict[str, Any]:
    """What a reader should know of the champion: where it comes from and what it can do."""
    name = record["model"]
    return {
        **record,
        "classes": list(classes),
        "input": f"float32 (N, {SIZE}, {SIZE}, 1), grey levels 0..255",
        "figures": figures[name],
        "chosen_by": f"validation {metric}",
        "candidates": {other: values["validation"][metric] for other, values in figures.items()},
        "split_rule": "trained on Training, chosen on PublicTest, PrivateTest read once",
    }


def metadata_of(card: dict[str, Any]) -> dict[str, str]:
    """The model card in the form of ONNX metadata properties, which are strings."""
    return {
        "classes": json.dumps(card["classes"], ensure_ascii=False),
        "input_size": str(SIZE),
        "model": card["model"],
        "git_commit": card["git_commit"],
        "data_hash": card["data_hash"],
        "mlflow_run_id": card["mlflow_run_id"],
        "validation": json.dumps(card["figures"]["validation"]),
        "test": json.dumps(card["figures"]["test"]),
    }


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


def _read(model: str, file: str) -> dict[str, Any]:
    path = REPOSITORY / "reports" / model / file
    if not path.exists():
        raise PromotionError(f"{path} is missing; make it with `dvc repro`")
    return json.loads(path.read_text(encoding="utf-8"))


def main() -> None:
    """Promote the best of the models that params.yaml lists, and tell MLflow."""
    params = load_params()
    metric = params.promote.metric
    figures = {model: _read(model, "metrics.json") for model in params.models}
    name = choose(figures, metric)
    record, validation = _read(name, "training.json"), load_split("val")
    card = model_card(record, figures, metric, validation.classes)
    models = REPOSITORY / "models"
    promote(models / f"{name}.keras", card, validation, models)
    Journal(name, record["mlflow_run_id"]).promote()
    for model, value in card["candidates"].items():
        print(f"{model}: validation {metric} {value:.4f}{'  <- champion' * (model == name)}")


if __name__ == "__main__":
    try:
        main()
    except (ParamsError, PromotionError, FileNotFoundError) as error:
        sys.exit(f"promote: {error}")
