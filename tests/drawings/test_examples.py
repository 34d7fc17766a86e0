from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from drawings import examples
from fer_system.emotions import FER2013

COMMITTED = Path(__file__).parents[2] / "web" / "examples"


def test_every_class_of_fer2013_has_an_example_and_there_are_no_others():
    assert set(examples.EXAMPLES) == set(FER2013)
    assert {path.stem for path in COMMITTED.glob("*.webp")} == set(FER2013)


def test_drawing_the_examples_again_gives_the_committed_ones(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["examples", str(tmp_path)])
    examples.main()
    for name in FER2013:
        with Image.open(tmp_path / f"{name}.webp") as picture:
            again = np.asarray(picture, float)
        with Image.open(COMMITTED / f"{name}.webp") as picture:
            committed = np.asarray(picture, float)
        # Another version of a drawing library may round an edge's pixels differently.
        assert np.abs(again - committed).mean() < 1, name


def test_an_example_is_a_small_rgb_file():
    for name in FER2013:
        path = COMMITTED / f"{name}.webp"
        assert path.stat().st_size < 12_000, name
        with Image.open(path) as picture:
            assert (picture.mode, picture.size) == ("RGB", (384, 384)), name


def test_the_haar_cascade_finds_one_face_in_an_example():
    file = Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"
    cascade = cv2.CascadeClassifier(str(file))
    for name in FER2013:
        grey = cv2.imread(str(COMMITTED / f"{name}.webp"), cv2.IMREAD_GRAYSCALE)
        faces = cascade.detectMultiScale(grey, 1.1, 5)
        assert len(faces) == 1, name
        left, top, width, height = faces[0]
        assert abs(left + width / 2 - 192) < 25, name
        assert abs(top + height / 2 - 192) < 25, name
        assert 130 < width < 230, name
