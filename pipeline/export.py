"""A trained model as a file for other programs: Keras, JSON, ONNX, TFLite, SavedModel, recogniser.

`python -m pipeline.export --to FORMAT` exports the champion, with `--model cnn` another model. What
was written is read back, run on every validation face and measured, and only kept where it does
what Keras does. Every format takes float32 faces (N, 48, 48, 1), grey levels 0..255, but
`recognizer-onnx`, which takes pictures: it finds the faces too. `--to all` of the champion also
writes what was measured to reports/exports/.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from pipeline.data.dataset import Split, as_input, load_split
from pipeline.formats.keras_file import load_network
from pipeline.formats.onnx_export import TOLERANCE, export_onnx
from pipeline.formats.onnx_file import load_onnx, median_milliseconds, with_metadata
from pipeline.formats.recognizer_file import load_network_of, with_detector
from pipeline.formats.tensorflow_export import (
    export_savedmodel,
    export_tflite,
    load_savedmodel,
    load_tflite,
)
from pipeline.foundation.errors import PipelineError, run
from pipeline.foundation.files import write_csv
from pipeline.foundation.params import REPOSITORY, load_params
from pipeline.measuring.predictions import Predict, predict_shown
from pipeline.records.card import metadata_of, read_card, read_champion
from pipeline.records.reports import REPORTS

MODELS = REPOSITORY / "models"
EXPORTS = REPOSITORY / "exports"
MEASURED = REPORTS / "exports" / "exports.csv"
CHAMPION = "best"
"""What `--model` and the files in models/ call the champion."""
LOSS = 0.05
"""By how much a format that computes in int8 may be right less often than Keras."""
CALIBRATION = 70
"""Training faces of each class that int8 is calibrated on."""
HEADER = (
    "| format | written | MB | ms a face | largest difference | accuracy |",
    "|---|---|---|---|---|---|",
)


class ExportError(PipelineError):
    """Nothing is exported; what lay at the place is still there."""


@dataclass(frozen=True)
class Model:
    """A trained network, its card, and training faces, float32 (N, 48, 48, 1), for calibration."""

    network: keras.Model
    card: dict[str, Any]
    calibration: np.ndarray


@dataclass(frozen=True)
class Format:
    """How a format is written and read back.

    `ending` is that of the name; `marker` names a file that tells such a folder, and is empty for
    a format that is one file. `exact` formats compute what Keras computes. One that is not
    `of_network` alone needs YuNet too, so `--to all` leaves it out.
    """

    ending: str
    write: Callable[[Model, Path], None]
    load: Callable[[Path], Predict]
    marker: str = ""
    exact: bool = True
    of_network: bool = True


@dataclass(frozen=True)
class Measured:
    """What an export costs and how far it can be trusted, on the validation faces."""

    format: str
    written: str
    megabytes: float
    milliseconds: float
    difference: float
    accuracy: float


def write_json_and_weights(network: keras.Model, folder: Path) -> None:
    """Write model.json, the layers, and model.weights.h5."""
    folder.mkdir()
    (folder / "model.json").write_text(network.to_json(indent=2), encoding="utf-8")
    network.save_weights(folder / "model.weights.h5")


def load_json_and_weights(folder: Path) -> Predict:
    """The network of a folder that `write_json_and_weights` made."""
    network = keras.models.model_from_json((folder / "model.json").read_text(encoding="utf-8"))
    network.load_weights(folder / "model.weights.h5")
    return network.predict_on_batch


def write_onnx(model: Model, path: Path) -> None:
    """Write an ONNX file with the card in it, as fer_system and the page read it."""
    export_onnx(model.network, path)
    path.write_bytes(with_metadata(path, metadata_of(model.card)))


def write_recognizer(model: Model, path: Path) -> None:
    """Write the whole recogniser as one ONNX file, which finds the faces by YuNet."""
    write_onnx(model, path)
    path.write_bytes(with_detector(path.read_bytes()))


FORMATS = {
    "keras": Format(
        ".keras",
        lambda model, path: model.network.save(path),
        lambda path: keras.models.load_model(path, compile=False).predict_on_batch,
    ),
    "json+weights": Format(
        "-json",
        lambda model, path: write_json_and_weights(model.network, path),
        load_json_and_weights,
        marker="model.json",
    ),
    "onnx": Format(".onnx", write_onnx, load_onnx),
    "tflite": Format(
        ".tflite", lambda model, path: export_tflite(model.network, path), load_tflite
    ),
    "tflite-int8": Format(
        "-int8.tflite",
        lambda model, path: export_tflite(model.network, path, model.calibration),
        load_tflite,
        exact=False,
    ),
    "savedmodel": Format(
        "-savedmodel",
        lambda model, path: export_savedmodel(model.network, path),
        load_savedmodel,
        marker="saved_model.pb",
    ),
    "recognizer-onnx": Format(
        "-recognizer.onnx", write_recognizer, load_network_of, of_network=False
    ),
}


def calibration_faces(training: Split, each: int = CALIBRATION, seed: int = 1) -> np.ndarray:
    """Up to `each` random faces of every class, float32 (N, 48, 48, 1)."""
    order = np.random.default_rng(seed).permutation(len(training.labels))
    chosen = [
        order[training.labels[order] == label][:each] for label in range(len(training.classes))
    ]
    return as_input(training.images[np.concatenate(chosen)])


def accuracy_of(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Share of the faces of which the most probable class is the label."""
    return float((probabilities.argmax(axis=1) == labels).mean())


def export(
    model: Model, kind: str, path: Path, validation: Split, expected: np.ndarray
) -> Measured:
    """Write `model` to `path` in the format `kind`, if there it gives what Keras gives.

    `expected` are the probabilities (N, classes) that Keras gives for `validation`. An earlier
    export is replaced. ExportError where `path` cannot be written and where the results differ.
    """
    form = FORMATS[kind]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="partial-") as folder:
            made = Path(folder) / path.name
            form.write(model, made)
            measured = measure(form.load(made), made, kind, validation, expected)
            if fault := fault_of(measured, form, accuracy_of(expected, validation.labels)):
                raise ExportError(f"{kind}: {fault}; nothing is written to {path}")
            if path.is_dir():
                path.rename(Path(folder) / "earlier")
            made.replace(path)
    except (OSError, tf.errors.OpError) as error:
        raise ExportError(
            f"{path} cannot be written: {reason_of(error)}; mend that, or name another place"
        ) from None
    return measured


def reason_of(error: OSError | tf.errors.OpError) -> str:
    """What the system said, without the libraries' own words around it."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error).rpartition("; ")[2].partition(" [Op:")[0]


def refuse_other(path: Path, kind: str) -> None:
    """ExportError where `path` is no place for the format `kind`."""
    form = FORMATS[kind]
    suffix = Path(f"model{form.ending}").suffix
    if path.suffix != suffix and not form.marker:
        raise ExportError(f"{path}: the name of a file in the format {kind} must end in {suffix}")
    if path.parent.exists() and not path.parent.is_dir():
        raise ExportError(f"{path.parent} is no folder; name another place")
    earlier = (path / form.marker).is_file()
    if path.exists() and not earlier:
        raise ExportError(
            f"{path} is there and is no earlier export to {kind}; remove it, or name another place"
        )


def measure(
    predict: Predict, path: Path, kind: str, validation: Split, expected: np.ndarray
) -> Measured:
    """What `path` weighs, and how `predict`, which is of it, compares with Keras."""
    probabilities = predict_shown(predict, validation.images, kind)
    files = [file for file in (path, *path.rglob("*")) if file.is_file()]
    return Measured(
        format=kind,
        written=path.name,
        megabytes=sum(file.stat().st_size for file in files) / 1e6,
        milliseconds=median_milliseconds(predict),
        difference=float(np.abs(probabilities - expected).max()),
        accuracy=accuracy_of(probabilities, validation.labels),
    )


def fault_of(measured: Measured, form: Format, accuracy: float) -> str:
    """Why an export must not be used, by the `accuracy` of Keras; empty where it may."""
    if form.exact and not measured.difference <= TOLERANCE:
        return (
            f"a probability differs from Keras' by {measured.difference:.2g}, more than {TOLERANCE}"
        )
    if not measured.accuracy >= accuracy - LOSS:
        return f"{measured.accuracy:.2%} of the faces are right, by Keras {accuracy:.2%}"
    return ""


def read_model(name: str) -> Model:
    """The trained model `name`, or the champion; errors say what is missing and how to make it."""
    params = load_params()
    if name not in (CHAMPION, *params.trained):
        raise ExportError(
            f"there is no model {name!r}; params.yaml lists {', '.join(params.trained)}"
        )
    network = load_network(MODELS / f"{name}.keras")
    if name == CHAMPION:
        card = read_champion()
    else:
        card = read_card(name, params.trained, params.promote.metric)
    return Model(network, card, calibration_faces(load_split("train")))


def refuse_other_classes(name: str, model: Model, validation: Split) -> None:
    """ExportError where the model was trained on other classes than the arrays hold."""
    told, known = model.network.output_shape[-1], len(validation.classes)
    if told != known:
        raise ExportError(
            f"{name} tells {told} classes and the faces in data/arrays have {known}; "
            "make both of the same labels with `dvc repro`"
        )


def export_all(name: str, places: dict[str, Path]) -> list[Measured]:
    """Export the model `name` in every format that `places` names; prints what it measures."""
    for kind, path in places.items():
        refuse_other(path, kind)
    model, validation = read_model(name), load_split("val")
    refuse_other_classes(name, model, validation)
    expected = predict_shown(model.network.predict_on_batch, validation.images, "Keras")
    accuracy = accuracy_of(expected, validation.labels)
    print(f"{model.card['model']}: Keras names {accuracy:.2%} of the validation faces as labelled")
    print(*HEADER, sep="\n", flush=True)
    rows = []
    for kind, path in places.items():
        row = export(model, kind, path, validation, expected)
        rows.append(row)
        print(
            f"| {row.format} | {row.written} | {row.megabytes:.2f} | {row.milliseconds:.2f} "
            f"| {row.difference:.1e} | {row.accuracy:.2%} |",
            flush=True,
        )
    print(f"written to {path.parent}")
    print(f"classes, in the order of the probabilities: {', '.join(validation.classes)}")
    return rows


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", required=True, choices=[*FORMATS, "all"], help="the format")
    parser.add_argument("--model", default=CHAMPION, help="a section of `train` in params.yaml")
    parser.add_argument(
        "out", type=Path, nargs="?", help="file or folder to write; by default in exports/"
    )
    args = parser.parse_args()
    if keras.backend.backend() != "tensorflow":
        raise ExportError("only Keras on TensorFlow writes every format; unset KERAS_BACKEND")
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    if args.to == "all":
        folder = args.out or EXPORTS
        places = {
            kind: folder / f"{args.model}{form.ending}"
            for kind, form in FORMATS.items()
            if form.of_network
        }
    else:
        ending = FORMATS[args.to].ending
        places = {args.to: args.out or EXPORTS / f"{args.model}{ending}"}
    rows = export_all(args.model, places)
    if args.to == "all" and args.model == CHAMPION:
        columns = [field.name for field in fields(Measured)]
        write_csv(MEASURED, columns, [astuple(row) for row in rows])


if __name__ == "__main__":
    run(main)
