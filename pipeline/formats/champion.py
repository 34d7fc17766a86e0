"""The promoted Keras model, for the reports on it."""

from __future__ import annotations

from pathlib import Path

import keras

from pipeline.foundation.params import REPOSITORY


def load_champion(path: Path = REPOSITORY / "models" / "best.keras") -> keras.Model:
    """Read it; FileNotFoundError says how to make it."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; make it with `dvc repro promote`")
    return keras.models.load_model(path, compile=False)
