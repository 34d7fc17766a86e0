"""The recogniser as a model of MLflow: `mlflow.pyfunc.load_model(uri).predict(pictures)`.

MLflow opens it by the name of this module and `_load_pyfunc`; nothing here needs MLflow itself.
"""

from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .detector import YUNET_FILE
from .folder import read_file
from .picture import PictureError, check_length
from .recognizer import Face, Recognizer
from .records import csv_header, csv_rows
from .results import Result

if TYPE_CHECKING:
    import pandas as pd

PICTURE = "picture"
"""The column that `predict` takes."""
MODEL_FILE = "model.onnx"
"""What the model's file is called in a folder for MLflow; YuNet's may lie beside it."""
FIRST = "left"
"""The first column of a face's record that is told; those before it say whose row it is."""
EMPTY = {"label": "", "uncertain": True, "quality": "", "error": ""}
"""What stands for nothing, which Spark has in no column of MLflow's; for numbers NaN does."""


class PictureModel:
    """What MLflow calls: pictures in, of each its largest face out."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    def predict(self, pictures: "pd.DataFrame", params: None = None) -> "pd.DataFrame":
        """The largest face of each picture, row by row, as Spark's `spark_udf` needs it.

        The column `picture` holds what the files contain, their paths, or pixels 0..255 of any
        number type, (height, width), (height, width, 1) or (height, width, 3), as arrays or lists;
        48 x 48 grey ones are faces that were cut out before, as FER2013 has them.
        The columns are `faces`, how many there are, then those of fer_system.records from `left`
        on. Without a face numbers are NaN (but `faces` 0), texts empty and `uncertain` True; where
        a picture can't be read, `error` says why.
        """
        import pandas as pd

        classes = self._recognizer.classes
        rows = [
            [len(faces), *_row(faces[:1], error, classes)]
            for faces, error in map(self._faces, pictures[PICTURE])
        ]
        return pd.DataFrame(rows, columns=["faces", *_columns(classes)], index=pictures.index)

    def _faces(self, picture: Any) -> tuple[tuple[Face, ...], PictureError | None]:  # noqa: ANN401
        try:
            return tuple(self._recognizer(_content(picture), quality=True)), None
        except PictureError as error:
            return (), copy(error)


def _columns(classes: Sequence[str]) -> list[str]:
    header = csv_header(classes)
    return header[header.index(FIRST) :]


def _row(
    faces: tuple[Face, ...], error: PictureError | None, classes: Sequence[str]
) -> list[object]:
    names = _columns(classes)
    [cells] = csv_rows(Result("", faces=faces, error=error), classes)
    return [
        EMPTY.get(name, np.nan) if cell is None else float(cell) if type(cell) is int else cell
        for name, cell in zip(names, cells[-len(names) :], strict=True)
    ]


def _content(picture: Any) -> bytes | np.ndarray:  # noqa: ANN401
    """What the recogniser takes, of anything that a cell may hold; else PictureError."""
    if isinstance(picture, str | Path):
        return read_file(Path(picture))
    if isinstance(picture, bytes | bytearray):
        check_length(len(picture))
        return bytes(picture)
    try:
        return np.asarray(picture)
    except ValueError as error:
        raise PictureError(
            "The picture's rows are not all of the same length; give equal ones."
        ) from error


def open_folder(folder: str | Path) -> PictureModel:
    """The recogniser of a folder for MLflow; raises ModelError and DetectorError."""
    detector = Path(folder, YUNET_FILE.name)
    return PictureModel(
        Recognizer(Path(folder, MODEL_FILE), detector if detector.is_file() else "auto")
    )


_load_pyfunc = open_folder
