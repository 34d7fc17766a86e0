"""Picture -> boxes of the faces in it: YuNet, or OpenCV's Haar cascade where YuNet is absent."""

import math
import os
import queue
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import cv2.data
import numpy as np
import onnx

from .download import Download
from .placement import Box
from .places import downloads_folder
from .session import open_session

YUNET_FILE = downloads_folder() / "face_detection_yunet_2023mar.onnx"
YUNET_URL = (
    "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/"
    "face_detection_yunet_2023mar.onnx"
)
YUNET = Download(
    "YuNet's file",
    YUNET_URL,
    sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    length=232_589,
    seconds=5.0,
)

# Longest side, in pixels, of the picture a detector gets to see. YuNet's boxes stop growing at
# about 600 pixels, and of FER2013's faces at 48 pixels it finds a fifth fewer than at 192.
LONGEST, SHORTEST = 640, 192

STRIDES = 8, 16, 32
"""Pixels between points of YuNet's three grids, at each of which it may see a face."""
PARTS = "cls", "obj", "bbox", "kps"
"""What the network gives for every point of a grid; `decode` explains each."""
OUTPUTS = [f"{part}_{stride}" for part in PARTS for stride in STRIDES]
MIN_SCORE, MAX_OVERLAP = 0.6, 0.3
"""A face counts from this score on. Where two overlap more than this (intersection over union), the
one with the lower score is dropped."""


class DetectorError(ValueError):
    """The face detector cannot be had; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Detection:
    """A face in a picture.

    `box` is (left, top, width, height) in whole pixels within the picture, `score` in 0..1, or None
    where no detector vouches for the face.
    `square` is (left, top, side) in pixels: what FER2013 would have cut out as this face. It may
    reach over the picture's edge. `landmarks` are (x, y) in pixels of the eye at the picture's
    left, the other eye, the tip of the nose and the corners of the mouth, left and right, or None
    where the detector doesn't look for them. `turned` is by how many degrees clockwise the picture
    was turned before the face was found, and `tilt` by how many the head is tilted clockwise, where
    it has to be turned back about the square's middle to be read; all places are those in the
    picture as given.
    """

    box: tuple[int, int, int, int]
    score: float | None
    square: tuple[float, float, float]
    landmarks: tuple[tuple[float, float], ...] | None = None
    turned: int = 0
    tilt: float = 0.0


class Detector:
    """Finds the faces of a picture; one detector may be shared between threads.

    `name` is short, `note` one sentence on which detector this is and why.
    """

    name: str
    enlarge: float
    """Side of FER2013's square as a multiple of the mean of the box's width and height."""

    def __init__(self, note: str) -> None:
        self.note = note

    def __call__(
        self, picture: np.ndarray, longest: int = LONGEST, within: Box | None = None
    ) -> list[Detection]:
        """The faces of `picture`, uint8 RGB of shape (height, width, 3), in no set order.

        They are looked for in a copy that is scaled down where it is longer than `longest` pixels,
        and there only `within` (left, top, width, height), in pixels, and a little around it.
        """
        height, width = picture.shape[:2]
        scale = float(np.clip(max(height, width), SHORTEST, longest)) / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        seen = cv2.resize(picture, size, interpolation=method)
        columns, rows = (slice(None),) * 2 if within is None else _part(within, scale)
        corner = np.array([columns.start or 0, rows.start or 0])
        faces = [
            self._detection(_moved(numbers, corner) / scale, score, width, height)
            for numbers, score in self._find(seen[rows, columns])
        ]
        return [face for face in faces if min(face.box[2:]) > 0]

    def _find(self, picture: np.ndarray) -> list[tuple[np.ndarray, float]]:
        """Boxes in pixels, which may reach over the edge, with scores in 0..1.

        After a box's four numbers there may be those of the five landmarks, x and y of each.
        """
        raise NotImplementedError

    def _detection(self, numbers: np.ndarray, score: float, width: int, height: int) -> Detection:
        left, top, box_width, box_height = numbers[:4].tolist()
        side = self.enlarge * (box_width + box_height) / 2
        corners = np.clip(
            [left, top, left + box_width, top + box_height], 0, [width, height, width, height]
        )
        x1, y1, x2, y2 = np.rint(corners).astype(int).tolist()
        return Detection(
            box=(x1, y1, x2 - x1, y2 - y1),
            score=float(np.clip(score, 0, 1)),
            square=(left + (box_width - side) / 2, top + (box_height - side) / 2, side),
            landmarks=tuple(map(tuple, numbers[4:].reshape(5, 2).tolist()))
            if len(numbers) > 4
            else None,
        )


def _part(within: Box, scale: float) -> tuple[slice, slice]:
    """Columns and rows of a scaled picture with that box, on the points of YuNet's widest grid."""
    left, top, width, height = (side * scale / STRIDES[-1] for side in within)
    start, end = (
        (math.floor(left), math.floor(top)),
        (math.ceil(left + width), math.ceil(top + height)),
    )
    columns, rows = (
        slice(max(0, first) * STRIDES[-1], last * STRIDES[-1])
        for first, last in zip(start, end, strict=True)
    )
    return columns, rows


def _moved(numbers: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """A box's four numbers, and those of landmarks, of a part of a picture that starts there."""
    moved: np.ndarray = numbers + np.tile(corner, len(numbers) // 2)
    moved[2:4] = numbers[2:4]
    return moved


class YuNet(Detector):
    """OpenCV's small neural face detector, made from the bytes of its ONNX file.

    ONNX Runtime runs it in half the time of OpenCV's own `FaceDetectorYN`, with the same faces.
    """

    name = "YuNet"
    # Medians over every sixth of FER2013's 3,589 validation faces, enlarged four times: the mean of
    # the box's width and height is 0.90 of the picture's side, and 0.92 where the picture's border
    # is repeated around it. Comparing YuNet's boxes in photos with the cascade's, whose share is
    # known, gives 0.94. The boxes' centres are the pictures' within 2 %.
    enlarge = 1.09

    def __init__(self, content: bytes, note: str, threads: int = 1) -> None:
        super().__init__(note)
        self.content = content
        self._session = open_session(with_free_size(content), threads)
        self(np.zeros((64, 64, 3), np.uint8))  # a foreign network fails here, not later

    def _find(self, picture: np.ndarray) -> list[tuple[np.ndarray, float]]:
        height, width = picture.shape[:2]
        if min(height, width) <= STRIDES[-1]:
            return []  # in so thin a picture it reports faces that are none
        down, right = -height % STRIDES[-1], -width % STRIDES[-1]
        padded = cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_CONSTANT)
        pixels = cv2.dnn.blobFromImage(padded, swapRB=True)
        grids = dict(zip(OUTPUTS, self._session.run(OUTPUTS, {"input": pixels}), strict=True))
        found = []
        for stride in STRIDES:
            face, objectness, box, landmarks = (grids[f"{part}_{stride}"] for part in PARTS)
            found.append(decode(face, objectness, box, landmarks, stride, padded.shape[1]))
        faces = np.concatenate(found)
        faces = faces[np.isfinite(faces).all(axis=1)]
        boxes, scores = faces[:, :4].tolist(), faces[:, -1].tolist()
        best = cv2.dnn.NMSBoxes(boxes, scores, MIN_SCORE, MAX_OVERLAP)
        return [(face[:-1], face[-1]) for face in faces[best]]


def with_free_size(content: bytes) -> bytes:
    """YuNet's ONNX file, which declares an input of 640 x 640 pixels, changed to take any size."""
    model = onnx.load_from_string(content)
    for value in (*model.graph.input, *model.graph.output):
        for dimension in value.type.tensor_type.shape.dim:
            dimension.Clear()
    model.graph.ClearField("value_info")  # the declared sizes between the layers
    changed: bytes = model.SerializeToString()
    return changed


def decode(
    face: np.ndarray,
    objectness: np.ndarray,
    box: np.ndarray,
    landmarks: np.ndarray,
    stride: int,
    width: int,
) -> np.ndarray:
    """What YuNet says at the points of one grid -> the faces from MIN_SCORE on, (N, 15).

    `face` and `objectness`, (1, points, 1), are the probabilities of a face and of anything at all,
    `box` (1, points, 4) and `landmarks` (1, points, 10) lie relative to the point, in units of
    `stride` pixels, the box's size as a logarithm. The points go row by row over a picture of
    `width` pixels. A face is left, top, width, height, x and y of five landmarks, in pixels, and
    its score.
    After `FaceDetectorYNImpl::postProcess` in OpenCV's modules/objdetect/src/face_detect.cpp.
    """
    scores = np.sqrt(np.clip(face, 0, 1) * np.clip(objectness, 0, 1))[0]
    found = np.flatnonzero(scores >= MIN_SCORE)
    rows, columns = np.divmod(found, width // stride)
    points = np.stack([columns, rows], axis=1)
    centres = (points + box[0, found, :2]) * stride
    sizes = np.exp(box[0, found, 2:]) * stride
    places = (np.tile(points, 5) + landmarks[0, found]) * stride
    return np.hstack([centres - sizes / 2, sizes, places, scores[found]])


class Haar(Detector):
    """OpenCV's Haar cascade for faces seen from the front.

    Its score says how far the last stage's sum exceeds its threshold: 0 for not at all, 1 for four
    or more, about 0.7 for most faces.
    """

    name = "Haar cascade"
    # Measured like YuNet's: 0.97 of the side where the border is repeated, centres within 1 %.
    # Without that, no box could be larger than the picture, and the median would be too small.
    enlarge = 1.03
    # On 67 pictures with 94 faces `alt` found 57 and 3 false ones, `default` 59 and 6.
    file = "haarcascade_frontalface_alt.xml"
    last_stage_threshold = 105.76

    def __init__(self, note: str) -> None:
        super().__init__(note)
        # A cascade keeps the picture's size as state, so threads that detect at the same time each
        # take one of their own.
        self._idle: queue.SimpleQueue[cv2.CascadeClassifier] = queue.SimpleQueue()

    def _find(self, picture: np.ndarray) -> list[tuple[np.ndarray, float]]:
        try:
            cascade = self._idle.get_nowait()
        except queue.Empty:
            cascade = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades, self.file)))
        boxes, _, sums = cascade.detectMultiScale3(
            cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY),
            scaleFactor=1.1,
            minNeighbors=5,
            minSize=(24, 24),
            outputRejectLevels=True,
        )
        self._idle.put(cascade)
        scores = (np.ravel(sums) - self.last_stage_threshold) / 4
        return list(zip(np.asarray(boxes), scores.tolist(), strict=True))


def open_detector(
    choice: str | os.PathLike[str] = "auto",
    file: Path = YUNET_FILE,
    url: str = YUNET_URL,
    threads: int = 1,
) -> Detector:
    """The face detector of that name.

    `choice` is "yunet", "haar", "auto" (YuNet, or Haar where YuNet cannot be had) or the path of a
    YuNet file. YuNet is read from `file`; where that is missing or damaged it is downloaded from
    `url` and kept there. `threads` is the number of processor cores that YuNet may use; the cascade
    uses as many as OpenCV may.
    Raises DetectorError, never for "auto" and "haar".
    """
    if choice == "haar":
        return Haar("The Haar cascade finds the faces, as chosen.")
    if choice not in ("auto", "yunet"):
        return _yunet_from(Path(choice), threads)
    try:
        content = replace(YUNET, url=url).content(file)
    except OSError as error:
        if choice == "yunet":
            raise DetectorError(
                f"YuNet cannot be had: {error}; download {url} to {file}."
            ) from error
        return Haar(
            f"The Haar cascade finds the faces, less well than YuNet would, because {error}; "
            f"to use YuNet, download {url} to {file}."
        )
    return YuNet(content, f"YuNet finds the faces (from {file}).", threads)


def _yunet_from(path: Path, threads: int) -> YuNet:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DetectorError(
            f"The face detector {path} cannot be read ({error.strerror}); "
            "give the path of a YuNet file, or 'auto', 'yunet' or 'haar'."
        ) from error
    try:
        return YuNet(content, f"YuNet finds the faces (from {path}).", threads)
    except Exception as error:  # onnx' and ONNX Runtime's own errors share no other base
        raise DetectorError(
            f"{path} is not a YuNet file; download {YUNET_URL}, or choose 'haar'."
        ) from error
