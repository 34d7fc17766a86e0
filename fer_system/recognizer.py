"""Picture -> list[Face]: the one call that the page, the command line and the API share."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

from .classifier import Classifier, ModelCard
from .crop import cut_face
from .detector import LONGEST, Detection, DetectorError, YuNet, open_detector
from .errors import RecognitionError
from .picture import Source, load_picture
from .placement import Box
from .places import DEFAULT_MODEL
from .quality import Note, is_turned, quality_notes
from .search import DETAIL, Detail, check_detail, find_faces, find_turned, straightened

FER2013_SIDE = 48
# Of 120 of FER2013's faces, enlarged with linear, cubic or Lanczos interpolation to 64..1000 pixels
# and saved as JPEG, none has more than 0.077; of 162 square cuts of photos, half have over 0.16.
MAX_DETAIL = 0.08


@dataclass(frozen=True)
class Face:
    """A face and its emotion.

    `box` is (left, top, width, height) in whole pixels of the picture as `load_picture` gives it,
    `probabilities` maps every class, in the model's order, to 0..1 with sum 1, and `score` is the
    face detector's, in 0..1, or None where the whole picture was taken as one face.
    `threshold` is the probability from which on a label is worth showing, higher for a face that
    looks aside, down or up or is seen tilted, and `square` (left, top, side) in pixels what the
    network saw, which may reach over the picture's edge.
    `tilt` is by how many degrees clockwise, -180 to 180, the square was turned about its middle, so
    that the network saw the head upright: 0 for heads that are nearly so. `turned` is by how many
    degrees clockwise the whole picture had to be turned before the face was found, 0 as a rule; all
    places are those in the picture as it was given.
    Where the caller asked for them, `quality` names what makes the face hard to read, and `maps`,
    float32 (rows, columns, classes) over that square, tells how much each place speaks for each
    class; it is None too where the network doesn't tell.
    """

    box: tuple[int, int, int, int]
    probabilities: dict[str, float]
    score: float | None
    threshold: float = 0.0
    square: tuple[float, float, float] | None = None
    quality: tuple[Note, ...] = ()
    maps: np.ndarray | None = field(default=None, repr=False, compare=False)
    tilt: float = 0.0
    turned: int = 0

    @property
    def most_probable(self) -> str:
        """The most probable class."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def label(self) -> str:
        """The most probable class too; a face that is followed keeps its label for longer."""
        return self.most_probable

    @property
    def confidence(self) -> float:
        """The probability of `label`."""
        return self.probabilities[self.label]

    @property
    def uncertain(self) -> bool:
        """Whether even the most probable class is less probable than `threshold`."""
        return self.confidence < self.threshold

    @property
    def whole_picture(self) -> bool:
        """Whether the whole picture was taken as one face that was cut out before."""
        return self.score is None


class Recognizer:
    """Finds the faces of a picture and the emotion of each; may be shared between threads.

    `model` is a model file of the pipeline, `detector` "auto", "yunet", "haar" or the path of a
    YuNet file; `threads` is the number of processor cores a call may use, set for the whole process
    as regards OpenCV. `threshold`, 0..1, is the probability below which a face is uncertain; None
    takes the one that the model file names. `card` tells where the model comes from, `classes` its
    classes in order, `detector_name` which detector is in use and `detector_note`, one sentence,
    why.
    Raises ModelError, DetectorError, and RecognitionError for a threshold beyond 0..1.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = DEFAULT_MODEL,
        detector: str | os.PathLike[str] = "auto",
        threads: int = 1,
        threshold: float | None = None,
    ) -> None:
        self._arguments = (model, detector, threads, threshold)
        cv2.setNumThreads(threads)  # by default OpenCV and ONNX Runtime both take every core
        self._classifier = Classifier(model, threads)
        self._detector = open_detector(detector, threads=threads)
        self.threshold = self.card.threshold if threshold is None else check_threshold(threshold)

    def __reduce__(self) -> tuple[object, ...]:
        return Recognizer, self._arguments  # another process opens the same files

    @property
    def card(self) -> ModelCard:
        """What the model file says about itself."""
        return self._classifier.card

    @cached_property
    def fingerprint(self) -> str:
        """Tells the model file from any other: 16 digits of its SHA-256."""
        return hashlib.sha256(self._classifier.path.read_bytes()).hexdigest()[:16]

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the probabilities."""
        return self._classifier.classes

    @property
    def detector_name(self) -> str:
        """The face detector in use: "YuNet" or "Haar cascade"."""
        return self._detector.name

    @property
    def detector_note(self) -> str:
        """One sentence on which face detector is in use and why."""
        return self._detector.note

    def __call__(
        self,
        picture: Source,
        detail: Detail = DETAIL,
        *,
        threshold: float | None = None,
        quality: bool = False,
        maps: bool = False,
    ) -> list[Face]:
        """The faces of anything `load_picture` reads, the largest first; none is an empty list.

        `detail`, "fast", "normal" or "high", is how large a copy is searched for small faces: at
        most 640, 1280 or 2560 pixels. Heads that are tilted by more than 20 degrees are seen
        upright, and a picture in which no face is surely upright is looked at turned too. Each face
        is classified together with its mirror image, and the two probabilities averaged.
        `threshold`, 0..1, takes the place of the recogniser's, and is raised for faces that look
        aside, down or up; `quality` and `maps` ask for what Face tells under these names. A picture
        that is itself a face as FER2013 holds them is one face, the whole picture.
        Raises PictureError, and RecognitionError for another detail or a threshold beyond 0..1.
        """
        pixels = load_picture(picture)
        detections = self.search(pixels, detail)
        return self.read(
            pixels, detections, threshold=threshold, quality=quality, maps=maps, mirrored=True
        )

    def frame(
        self,
        picture: Source,
        longest: int = LONGEST,
        *,
        threshold: float | None = None,
        quality: bool = False,
    ) -> list[Face]:
        """The faces of one picture of many, of a film or the webcam's: fast rather than thorough.

        As calling the recogniser, but the detector looks once, at a copy of at most `longest`
        pixels, and each face is classified once, as it is. fer_system.graph does the same.
        """
        pixels = load_picture(picture)
        detections = self.detect(pixels, longest)
        return self.read(pixels, detections, threshold=threshold, quality=quality)

    def search(self, pixels: np.ndarray, detail: Detail = DETAIL) -> list[Detection]:
        """Where the faces of a still are, uint8 RGB (height, width, 3), the largest first.

        The Haar cascade looks once: its scores don't tell upright faces from lying ones, and it
        takes more of the background for small faces.
        """
        detail = check_detail(detail)
        if not isinstance(self._detector, YuNet):
            return self.detect(pixels)
        found = find_faces(self._detector, pixels, detail)
        if is_face_crop(pixels, found):
            return [whole_picture(pixels)]
        found = find_turned(self._detector, pixels, found, detail)
        return _largest_first(straightened(self._detector, pixels, face) for face in found)

    def detect(
        self, pixels: np.ndarray, longest: int = LONGEST, within: Box | None = None
    ) -> list[Detection]:
        """Where the faces of a frame are, uint8 RGB (height, width, 3), the largest first.

        Only those in a part of it, and near it, where `within` tells its left, top, width and
        height in pixels.
        """
        found = self._detector(pixels, longest, within)
        if within is None and is_face_crop(pixels, found):
            return [whole_picture(pixels)]
        return _largest_first(found)

    def read(
        self,
        pixels: np.ndarray,
        detections: Sequence[Detection],
        *,
        threshold: float | None = None,
        quality: bool = False,
        maps: bool = False,
        mirrored: bool = False,
    ) -> list[Face]:
        """What the faces at `detections` show, in their order; the rest as in calling.

        `mirrored` averages each face with its mirror image.
        """
        threshold = self.threshold if threshold is None else check_threshold(threshold)
        if not detections:
            return []
        crops = self._crops(pixels, detections)
        probabilities, activation = self._classified(crops, maps, mirrored)
        return [
            Face(
                detection.box,
                dict(zip(self.classes, row, strict=True)),
                detection.score,
                self._threshold_of(detection, threshold),
                detection.square,
                quality_notes(crop, detection.square[2], detection.landmarks, detection.tilt)
                if quality
                else (),
                None if activation is None else activation[number],
                detection.tilt,
                detection.turned,
            )
            for number, (detection, crop, row) in enumerate(
                zip(detections, crops, probabilities.tolist(), strict=True)
            )
        ]

    def _threshold_of(self, detection: Detection, threshold: float) -> float:
        """`threshold`, or, of a face that is turned, one raised as the model's card raises its own.

        0 stays 0 and 1 stays 1.
        """
        if detection.landmarks is None or not is_turned(detection.landmarks, detection.tilt):
            return threshold
        own = self.card.threshold
        raised = max(own, self.card.turned_threshold)
        return float(np.interp(threshold, (0, own, 1), (0, raised, 1)))

    def _classified(
        self, crops: np.ndarray, maps: bool, mirrored: bool
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Probabilities (faces, classes), and activation maps where they are wanted and known."""
        faces = np.concatenate([crops, crops[:, :, ::-1]]) if mirrored else crops
        if maps:
            probabilities, activation = self._classifier.explain(faces)
        else:
            probabilities, activation = self._classifier(faces), None
        if not mirrored:
            return probabilities, activation
        if activation is not None:
            seen, mirror = np.split(activation, 2)
            activation = (seen + mirror[:, :, ::-1]) / 2
        return np.mean(np.split(probabilities, 2), axis=0), activation

    def graph(self) -> bytes:
        """The file of an ONNX graph that does what `frame` does; fer_system.graph tells how.

        Raises DetectorError where another detector than YuNet is in use.
        """
        from .graph import one_graph

        if not isinstance(self._detector, YuNet):
            raise DetectorError(f"The recogniser as one graph needs YuNet. {self.detector_note}")
        return one_graph(self._detector.content, self._classifier.path.read_bytes())

    def _crops(self, picture: np.ndarray, detections: Sequence[Detection]) -> np.ndarray:
        """The faces as the network gets them, float32 grey (faces, size, size)."""
        grey, size = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), self.card.input_size
        return np.stack(
            [cut_face(grey, detection.square, size, detection.tilt) for detection in detections]
        )


def whole_picture(picture: np.ndarray) -> Detection:
    """The whole of a picture, uint8 RGB (height, width, 3), as one face."""
    height, width = picture.shape[:2]
    return Detection((0, 0, width, height), score=None, square=(0, 0, width))


def _largest_first(detections: Iterable[Detection]) -> list[Detection]:
    return sorted(detections, key=lambda detection: detection.square[2], reverse=True)


def check_threshold(value: float) -> float:
    """`value` itself; RecognitionError where it is no number within 0..1."""
    if not 0 <= value <= 1:  # NaN fails too
        raise RecognitionError("The threshold is {value}; give a number from 0 to 1.", value=value)
    return value


def is_face_crop(picture: np.ndarray, detections: Sequence[Detection]) -> bool:
    """Whether `picture`, uint8 RGB, is one face cut out as FER2013 does it, or an enlarged copy.

    Such a picture is square, grey, and has no more detail than FER2013's 48 x 48 pixels can hold;
    the detector may miss its face, but a larger picture in which it finds a much smaller face is a
    photo. A flat picture is none.
    """
    height, width = picture.shape[:2]
    if height != width or width < FER2013_SIDE // 2:
        return False
    spread = cv2.subtract(picture.max(axis=2), picture.min(axis=2))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if spread.max() > 8 or grey.std() < 2:  # JPEG and WebP tint a grey picture a little
        return False
    if width <= FER2013_SIDE:
        return True
    is_photo = any(detection.square[2] < 0.6 * width for detection in detections)
    return not is_photo and fine_detail(grey) < MAX_DETAIL


def fine_detail(grey: np.ndarray) -> float:
    """What is lost of a square grey picture, uint8, that is shrunk to 48 x 48 and enlarged again.

    Mean absolute difference over standard deviation, by whichever enlargement fits better.
    """
    small = cv2.resize(grey, (FER2013_SIDE, FER2013_SIDE), interpolation=cv2.INTER_AREA)
    losses = (
        cv2.absdiff(grey, cv2.resize(small, grey.shape[::-1], interpolation=method)).mean()
        for method in (cv2.INTER_CUBIC, cv2.INTER_NEAREST)
    )
    return float(min(losses) / grey.std())
