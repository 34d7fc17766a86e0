"""Names and order of FER2013's and FER+'s classes, and how other data sets spell them."""

from collections.abc import Sequence

FER2013 = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""FER2013's classes; the position is the number in the CSV's `emotion` column."""

FERPLUS = (*FER2013, "contempt")
"""The classes of FER+ (Barsoum et al. 2016, arXiv:1608.01041), FER2013's first."""

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
    spellings = {wanted, SYNONYMS.get(wanted)}
    return next((known for known in classes if known.lower() in spellings), None)
