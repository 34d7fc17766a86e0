"""Reading trained networks from .keras files."""

from __future__ import annotations

from pathlib import Path

import keras

from pipeline.foundation.errors import DamagedFileError, MissingFileError
from pipeline.foundation.params import REPOSITORY

CHAMPION_NETWORK = REPOSITORY / "models" / "best.keras"


def load_network(path: Path) -> keras.Model:
    """The network of a .keras file; MissingFileError and DamagedFileError say how to make it."""
    if not path.exists():
        raise MissingFileError(f"{path} is missing; make it with `dvc repro`")
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # zip, HDF5, JSON and Keras' own errors share no other base
        raise DamagedFileError(
            f"{path} is damaged or holds no network; make it again with `dvc repro`"
        ) from error
