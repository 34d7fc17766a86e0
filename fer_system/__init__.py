"""Faces and their emotions in any picture: `Recognizer()(picture) -> list[Face]`.

What is named here is imported when it is first used, so that a light part of the package, such as
`fer_system.emotions`, loads none of the libraries that read pictures.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .classifier import Classifier, ModelCard, ModelError, Scores
    from .detector import Detection, Detector, DetectorError, open_detector
    from .drawing import annotate
    from .errors import RecognitionError
    from .film import VideoError
    from .picture import PictureError, load_picture
    from .places import DEFAULT_MODEL
    from .recognizer import Face, Recognizer
    from .scoring import score
    from .tracker import TrackedFace, Tracker
    from .video import VideoReport, annotate_video

__version__ = "0.1.0"
"""The only place that tells the project's version."""

__all__ = [
    "DEFAULT_MODEL",
    "Classifier",
    "Detection",
    "Detector",
    "DetectorError",
    "Face",
    "ModelCard",
    "ModelError",
    "PictureError",
    "RecognitionError",
    "Recognizer",
    "Scores",
    "TrackedFace",
    "Tracker",
    "VideoError",
    "VideoReport",
    "annotate",
    "annotate_video",
    "load_picture",
    "open_detector",
    "score",
]

_MODULES = {
    "classifier": ("Classifier", "ModelCard", "ModelError", "Scores"),
    "detector": ("Detection", "Detector", "DetectorError", "open_detector"),
    "drawing": ("annotate",),
    "errors": ("RecognitionError",),
    "film": ("VideoError",),
    "picture": ("PictureError", "load_picture"),
    "places": ("DEFAULT_MODEL",),
    "recognizer": ("Face", "Recognizer"),
    "scoring": ("score",),
    "tracker": ("TrackedFace", "Tracker"),
    "video": ("VideoReport", "annotate_video"),
}
"""Where each name lies; a test compares this with the imports above, which type checkers read."""


def __getattr__(name: str) -> object:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
