"""Where the files lie that the library needs beside its code.

A wheel holds the champion and the emoji inside the package. In the repository they lie beside it,
where the pipeline writes the one and anybody may replace the others.
"""

import os
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).parent

IS_INSTALLED = (PACKAGE / "models").is_dir()
"""Whether this is the package out of a wheel rather than the one in the repository."""

SHIPPED = PACKAGE if IS_INSTALLED else PACKAGE.parent
"""The folder that `models/best.onnx` and `emojis/` lie in."""

DEFAULT_MODEL = SHIPPED / "models" / "best.onnx"
"""The champion."""


def emoji_path(name: str) -> Path:
    """The PNG that stands for the class `name`; replacing that file replaces the emoji."""
    return SHIPPED / "emojis" / f"{name}.png"


def downloads_folder() -> Path:
    """Where what is downloaded once is kept: `models/` in the repository, else the user's cache."""
    return _user_cache() / "fer-system" if IS_INSTALLED else SHIPPED / "models"


def _user_cache() -> Path:
    """The folder for caches, as each operating system has it."""
    if chosen := os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"):
        return Path(chosen)
    try:
        home = Path.home()
    except RuntimeError:  # a container's user may have none
        return Path(tempfile.gettempdir())
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache")
