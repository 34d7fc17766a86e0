"""Names and order of FER2013's classes, and where the picture of each emotion lies."""

from collections.abc import Sequence
from pathlib import Path

FER2013 = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""FER2013's classes; the position is the number in the CSV's `emotion` column."""

FERPLUS = (*FER2013, "contempt")
"""The classes of FER+ (Barsoum et al. 2016, arXiv:1608.01041), FER2013's first."""

EMOJI_FOLDER = Path(__file__).parents[1] / "emojis"


def emoji_path(name: str) -> Path:
    """The PNG that stands for the class `name`; replacing that file replaces the emoji."""
    return EMOJI_FOLDER / f"{name}.png"


SYNONYMS = {
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "happiness": "happy",
    "sadness": "sad",
    "surprised": "surprise",
}
"""The noun or adjective by which other data sets (CK+, RAF-DB, AffectNet) spell a class."""


def class_named(name: str, classes: Sequence[str]) -> str | None:
    """The one of `classes` that `name` stands for, in any case and spelling; None where none."""
    wanted = name.strip().lower()
    wanted = {wanted, SYNONYMS.get(wanted)}
    return next((known for known in classes if known.lower() in wanted), None)
