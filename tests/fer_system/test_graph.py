"""The recogniser as one graph gives what the recogniser gives."""

import cv2
import numpy as np
import onnx
import pytest
from skimage import data

from fer_system import DetectorError, Recognizer
from fer_system.detector import YUNET_FILE
from fer_system.graph import FOUND, OUTPUTS, READ, in_two
from fer_system.session import open_session

pytestmark = pytest.mark.skipif(
    not YUNET_FILE.is_file(), reason="YuNet's file has not been downloaded"
)


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer(detector="yunet")


@pytest.fixture(scope="module")
def graph(recognizer):
    session = open_session(recognizer.graph(), threads=1)
    return lambda picture: session.run(OUTPUTS, {"picture": picture})


def group(sides, width=640, height=360):
    """The astronaut's face, so many pixels a side, several times in a row."""
    picture = np.full((height, width, 3), 110, np.uint8)
    face, left = data.astronaut()[20:220, 120:320], 10
    for side in sides:
        picture[20 : 20 + side, left : left + side] = cv2.resize(
            face, (side, side), interpolation=cv2.INTER_AREA
        )
        left += side + 20
    return picture


PICTURES = {
    "photo": data.astronaut(),
    "face over the edge": data.astronaut()[:300, 200:500],
    "odd size": data.astronaut()[:333, :421],
    "large and small faces": group([200, 120, 80, 60]),
    "faces smaller than the network's": group([56, 50, 44]),
    "no face": data.coffee()[:300, :500],
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_graph_gives_the_same_faces(name, recognizer, graph):
    picture = np.ascontiguousarray(PICTURES[name])
    expected = recognizer.frame(picture)
    assert bool(expected) == (name != "no face")
    boxes, scores, squares, probabilities = graph(picture)
    assert boxes.tolist() == [list(face.box) for face in expected]
    np.testing.assert_allclose(scores, [face.score for face in expected], atol=1e-5)
    told = [[*face.probabilities.values()] for face in expected]
    shape = (-1, len(recognizer.classes))
    np.testing.assert_allclose(probabilities, np.reshape(told, shape), atol=1e-3)
    np.testing.assert_allclose(
        squares, np.reshape([face.square for face in expected], (-1, 3)), atol=0.01
    )


def test_the_halves_give_what_the_whole_gives_and_read_any_square(recognizer, graph):
    finder, reader = (open_session(half, threads=1) for half in in_two(recognizer.graph()))
    picture = group([200, 120, 80, 60])
    found = finder.run(FOUND, {"picture": picture})
    (read,) = reader.run(READ, {"picture": picture, "squares": found[-1]})
    for half, whole in zip([*found, read], graph(picture), strict=True):
        np.testing.assert_array_equal(half, whole)
    moved = np.roll(picture, (30, 20), axis=(0, 1))
    (again,) = reader.run(READ, {"picture": moved, "squares": found[-1] + np.float32([20, 30, 0])})
    np.testing.assert_allclose(again, read, atol=1e-3)


def test_a_canvas_gives_the_same_faces_whatever_its_fourth_channel(graph):
    picture = data.astronaut()
    for alpha in (0, 255):
        canvas = np.dstack([picture, np.full(picture.shape[:2], alpha, np.uint8)])
        for one, other in zip(graph(canvas), graph(picture), strict=True):
            np.testing.assert_array_equal(one, other)


def test_pictures_too_thin_for_a_face_have_none(graph):
    for shape in ((1, 1, 3), (32, 500, 3), (500, 32, 3)):
        assert all(len(output) == 0 for output in graph(np.full(shape, 90, np.uint8)))


def test_the_graph_says_what_the_model_file_says(recognizer):
    told = {
        entry.key: entry.value for entry in onnx.load_from_string(recognizer.graph()).metadata_props
    }
    assert told["model"] == recognizer.card.model
    assert told["threshold"] == str(recognizer.card.threshold)


def test_another_detector_has_no_graph():
    with pytest.raises(DetectorError, match=r"^The recogniser as one graph needs YuNet\."):
        Recognizer(detector="haar").graph()
