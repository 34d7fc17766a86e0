"""Face crops -> class probabilities, by ONNX Runtime on the model file."""

import json
import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from .session import open_session

FACES_AT_ONCE = 32
"""More take more memory, and no less time."""

MAPS = "activation_maps"
"""The output for class-activation maps, where the network has them."""


class ModelError(ValueError):
    """The model file cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Scores:
    """How well a model did on one part of the data; accuracy and macro-F1 in 0..1."""

    accuracy: float
    macro_f1: float
    loss: float


@dataclass(frozen=True)
class ModelCard:
    """What a model file says about itself; an empty string stands for unknown."""

    classes: tuple[str, ...]
    input_size: int
    model: str
    git_commit: str
    data_hash: str
    mlflow_run_id: str
    validation: Scores
    test: Scores
    threshold: float
    """Probability, chosen on validation, from which on a label is worth showing."""
    turned_threshold: float = 0.0
    """The same for faces that look aside, down or up, where it is higher than `threshold`; older
    files don't tell it."""
    details: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The whole of models/best.json but its hashes; empty where the file does not hold it."""


class Classifier:
    """The model at `path`, on `threads` processor cores; may be shared between threads.

    `card` is the file's ModelCard, `classes` the names of the classes in the order of the
    probabilities. Raises ModelError where the file is missing, damaged or of another kind.
    """

    def __init__(self, path: str | os.PathLike[str], threads: int = 1) -> None:
        self.path = path = Path(path)
        if not path.is_file():
            raise ModelError(
                f"There is no model file {path}; give another path, "
                "or run `dvc repro` to train one."
            )
        try:
            self._session = open_session(str(path), threads)
        except ImportError:  # the file is not to blame
            raise
        except Exception as error:  # ONNX Runtime's own errors share no other base
            raise ModelError(
                f"The model file {path} is damaged or no ONNX model; restore it, "
                "or run `dvc repro` to train it again."
            ) from error
        try:
            self.card = read_card(self._session.get_modelmeta().custom_metadata_map)
            self.classes = self.card.classes
            self._check()
        except Exception as error:
            raise ModelError(
                f"The model file {path} was not made by this project's pipeline ({error}); "
                "run `dvc repro` to make one, or give another path."
            ) from error

    def __call__(self, faces: np.ndarray) -> np.ndarray:
        """Classify any number of faces at once.

        `faces` has shape (N, size, size), grey levels in 0..255 of any number type, where size is
        `card.input_size`. Returns float32 probabilities of shape (N, classes); rows sum to 1.
        """
        return self._run(faces, ["probabilities"])[0]

    def explain(self, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Classify, and tell which places spoke for which class.

        Returns the probabilities and the activation maps, float32 (N, rows, columns, classes): how
        much each part of a face adds to each class's logit. None where the model has none.
        """
        probabilities, *maps = self._run(faces, self._outputs)
        return probabilities, maps[0] if maps else None

    def _run(self, faces: np.ndarray, outputs: list[str]) -> list[np.ndarray]:
        if len(faces) == 0:
            return [np.empty((0, len(self.classes)), np.float32)]
        found: list[list[np.ndarray]] = [
            self._session.run(outputs, {"faces": np.asarray(part, np.float32)[..., np.newaxis]})
            for part in (
                faces[start : start + FACES_AT_ONCE]
                for start in range(0, len(faces), FACES_AT_ONCE)
            )
        ]
        return [np.concatenate(parts) for parts in zip(*found, strict=True)]

    def _check(self) -> None:
        """Names and shapes must fit the contract; one grey face is classified to see it."""
        size = self.card.input_size
        inputs = {entry.name: entry.shape[1:] for entry in self._session.get_inputs()}
        if inputs != {"faces": [size, size, 1]}:
            raise ValueError(f"its inputs are {inputs}, not 'faces' of {size} x {size} x 1")
        outputs = [entry.name for entry in self._session.get_outputs()]
        if "probabilities" not in outputs:
            raise ValueError("it has no output 'probabilities'")
        self._outputs = [name for name in ("probabilities", MAPS) if name in outputs]
        probabilities = self(np.full((1, size, size), 128))
        if probabilities.shape != (1, len(self.classes)):
            raise ValueError(f"{probabilities.shape[-1]} outputs for {len(self.classes)} classes")
        if not abs(probabilities.sum() - 1) < 0.01:  # NaN fails too
            raise ValueError("its probabilities do not sum to 1")


def read_card(metadata: Mapping[str, str]) -> ModelCard:
    """ONNX metadata properties -> ModelCard; ValueError, TypeError or KeyError where wrong."""
    needed = (
        entry.name
        for entry in fields(ModelCard)
        if entry.default is MISSING and entry.default_factory is MISSING
    )
    if missing := [name for name in needed if name not in metadata]:
        raise ValueError(f"its metadata lacks {', '.join(missing)}")
    classes = json.loads(metadata["classes"])
    if not classes or not all(isinstance(name, str) and name for name in classes):
        raise ValueError("its metadata holds no list of class names")
    if len(set(classes)) < len(classes):
        raise ValueError("its metadata names a class twice")
    return ModelCard(
        classes=tuple(classes),
        input_size=int(metadata["input_size"]),
        model=metadata["model"],
        git_commit=metadata["git_commit"],
        data_hash=metadata["data_hash"],
        mlflow_run_id=metadata["mlflow_run_id"],
        validation=_read_scores(metadata["validation"]),
        test=_read_scores(metadata["test"]),
        threshold=_share("threshold", metadata["threshold"]),
        turned_threshold=_share("turned_threshold", metadata.get("turned_threshold", 0.0)),
        details=dict(json.loads(metadata.get("card", "{}"))),
    )


def _read_scores(text: str) -> Scores:
    values = json.loads(text)
    accuracy, macro_f1 = (_share(name, values[name]) for name in ("accuracy", "macro_f1"))
    loss = float(values["loss"])
    if not loss >= 0:  # NaN fails too
        raise ValueError(f"its loss is {loss}, not a number from 0 on")
    return Scores(accuracy, macro_f1, loss)


def _share(name: str, told: str | float) -> float:
    value = float(told)
    if not 0 <= value <= 1:  # NaN fails too
        raise ValueError(f"its {name} is {value}, not a number from 0 to 1")
    return value
