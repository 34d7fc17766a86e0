import runpy

import numpy as np
from PIL import Image

from drawings.emoji.faces import FACES
from fer_system.emotions import FERPLUS
from fer_system.places import emoji_path


def test_every_class_has_an_emoji_and_there_are_no_others():
    assert set(FACES) == set(FERPLUS)
    assert all(emoji_path(name).is_file() for name in FERPLUS)


def test_an_emoji_is_rgba_with_transparent_corners():
    for name in FERPLUS:
        with Image.open(emoji_path(name)) as picture:
            assert (picture.mode, picture.size) == ("RGBA", (256, 256)), name
            alpha = np.asarray(picture)[..., 3]
        assert alpha[[0, 0, -1, -1], [0, -1, 0, -1]].max() == 0, name
        assert alpha[128, 128] == 255, name


def test_drawing_the_emoji_again_gives_the_committed_ones(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["emoji", str(tmp_path)])
    runpy.run_module("drawings.emoji", run_name="__main__")
    for name in FERPLUS:
        with Image.open(tmp_path / f"{name}.png") as picture:
            again = np.asarray(picture, float)
        with Image.open(emoji_path(name)) as picture:
            committed = np.asarray(picture.convert("RGBA"), float)
        # Another version of a drawing library may round an edge's pixels differently.
        assert np.abs(again - committed).mean() < 1, name
