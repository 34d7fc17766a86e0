"""Stage: reports -> models/best.onnx (served), models/best.keras and models/best.json (card).

The champion is chosen by a validation figure that params.yaml names. The three files replace the
old champion together, and only after ONNX has been seen to give what Keras gives.
"""

from __future__ import annotations

import contextlib
import csv
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
MAPS = "activation_maps"

LIMITS = {
    "expression": "It names the expression that a face shows, not what the person feels.",
    "labels": "It learned the guesses of few people; people agree with them on about 65 % of the "
    "faces.",
    "copies": "Some test faces are photographs that the training faces hold too, so the figures "
    "are a little too good.",
    "spoilt": "It is right far less often on faces that are small, blurred, noisy or much turned.",
    "fairness": "Nothing is known of its errors by age, skin, gender or culture; expect them to be "
    "spread unfairly.",
    "use": "It is made to learn and to play, with people who agreed, and must judge nobody.",
}
"""What a reader of the model card must know; the page knows the sentences by their names."""


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

    Where the network allows it there is a second output, `activation_maps`. `metadata` become the
    file's metadata properties.
    """
    maps = activation_maps(network)
    outputs = {"probabilities": network.output}
    served = keras.Model(network.input, outputs | ({} if maps is None else {MAPS: maps}))
    served(np.zeros((1, SIZE, SIZE, 1), np.float32))  # the exporter wants a model that was called
    with contextlib.redirect_stdout(io.StringIO()):
        served.export(path, format="onnx", verbose=False)
    model = onnx.load(path)
    for output in model.graph.output:
        is_map = len(output.type.tensor_type.shape.dim) > 2
        _rename_output(model.graph, output, MAPS if is_map else "probabilities")
    model.graph.output.sort(key=lambda output: output.name == MAPS)  # the exporter sorts by name
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def activation_maps(network: keras.Model) -> Any | None:  # noqa: ANN401
    """How much each place of a face speaks for each class, (N, height, width, classes), or None.

    The class-activation maps of Zhou et al. 2016 (arXiv:1512.04150): the maps before the global
    average pooling, weighed by the logits layer, so that their mean over a face is its logits.
    None where anything but dropout stands between that pooling and the logits.
    """
    logits = network.get_layer("logits")
    below = _layer_of(logits.input)
    while isinstance(below, keras.layers.Dropout):
        below = _layer_of(below.input)
    if not isinstance(below, keras.layers.GlobalAveragePooling2D):
        return None
    kernel, bias = logits.get_weights()
    everywhere = keras.layers.Conv2D(kernel.shape[1], 1, name=MAPS)
    maps = everywhere(below.input)
    everywhere.set_weights([kernel[np.newaxis, np.newaxis], bias])
    return maps


def _layer_of(tensor: Any) -> keras.Layer:  # noqa: ANN401
    return tensor._keras_history.operation


def _rename_output(graph: onnx.GraphProto, output: onnx.ValueInfoProto, name: str) -> None:
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
    details: dict[str, Any],
    history: dict[str, list[float]],
    metric: str,
    classes: tuple[str, ...],
) -> dict[str, Any]:
    """What a reader should know of the champion: where it comes from and what it can do.

    `figures` are those of every candidate, `record`, `details` and `history` the champion's own
    reports.
    """
    name = record["model"]
    test = details["test"]
    return {
        **record,
        "classes": list(classes),
        "input": f"float32 (N, {SIZE}, {SIZE}, 1), grey levels 0..255",
        "figures": figures[name],
        "test_intervals_95": test["intervals_95"],
        "threshold": details["validation"]["threshold"],
        "test_averaged": {"views": details["averaging"], **test["averaged"]},
        "test_per_class": test["per_class"],
        "test_confusion": test["confusion"],
        "test_calibration": test["calibration"],
        "faces": {split: faces_per_class(details[split]) for split in figures[name]},
        "history": history,
        "chosen_by": f"validation {metric}",
        "candidates": {other: values["validation"][metric] for other, values in figures.items()},
        "split_rule": "trained on Training, chosen on PublicTest; PrivateTest chooses nothing",
        "known_failures": known_failures(test["confusion"], classes),
        "limits": LIMITS,
    }


def faces_per_class(details: dict[str, Any]) -> dict[str, int]:
    """How many faces of each class a split has, by its details."""
    return {name: rates["faces"] for name, rates in details["per_class"].items()}


def read_history(path: Path) -> dict[str, list[float]]:
    """The columns of a training's history.csv, rounded to four digits."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [round(float(row[name]), 4) for row in rows] for name in rows[0]}


def known_failures(confusion: list[list[int]], classes: tuple[str, ...]) -> list[str]:
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
        "validation": json.dumps(card["figures"]["validation"]),
        "test": json.dumps(card["figures"]["test"]),
        "card": json.dumps(card, ensure_ascii=False),
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
    details = _read(name, "details.json")
    history = read_history(REPOSITORY / "reports" / name / "history.csv")
    card = model_card(record, figures, details, history, metric, validation.classes)
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
