"""Faces and their emotions in any picture: `Recognizer()(picture) -> list[Face]`."""

from .classifier import Classifier, ModelCard, ModelError, Scores
from .detector import Detection, Detector, DetectorError, open_detector
from .drawing import annotate
from .errors import RecognitionError
from .picture import PictureError, load_picture
from .recognizer import DEFAULT_MODEL, Face, Recognizer
from .tracker import TrackedFace, Tracker
from .video import VideoError, VideoReport, annotate_video

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
]
