import itertools

import numpy as np
import pytest
from PIL import Image

from fer_system import emoji
from fer_system.card import emoji_styles
from fer_system.colours import (
    BLACK,
    PALETTE,
    WHITE,
    class_colour,
    contrast,
    face_colour,
    text_colour,
)
from fer_system.emotions import FERPLUS


def test_text_can_be_read_on_any_colour():
    levels = range(0, 256, 15)
    for colour in itertools.product(levels, levels, levels):
        assert contrast(text_colour(colour), colour) >= 4.5


def test_contrast_is_that_of_the_guidelines():
    assert contrast(BLACK, WHITE) == contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast((118, 118, 118), WHITE) == pytest.approx(4.54, abs=0.01)  # a known limit
    assert contrast((255, 0, 0), WHITE) == pytest.approx(4.0, abs=0.01)


def test_the_page_has_the_same_colours_as_what_is_drawn():
    classes = (*FERPLUS, "very tired")
    styles = emoji_styles(classes)
    for place, name in enumerate(classes):
        red, green, blue = class_colour(name, classes)
        assert f"--colour-{place}:rgb({red},{green},{blue});" in styles


def test_a_replaced_emoji_gives_its_colour_to_its_class(monkeypatch, tmp_path):
    monkeypatch.setattr(emoji, "emoji_path", lambda name: tmp_path / f"{name}.png")
    Image.new("RGB", (64, 64), (0, 90, 200)).save(tmp_path / "happy.png")
    assert class_colour("happy", ("happy", "sad")) == (0, 90, 200)


def test_classes_without_an_emoji_have_different_colours():
    classes = [f"own {number}" for number in range(12)]
    colours = np.array([class_colour(name, classes) for name in classes])
    apart = np.abs(colours[:, None] - colours).max(axis=2)
    assert apart[~np.eye(12, dtype=bool)].min() > 30
    assert class_colour("unheard of", classes)


def test_faces_have_seven_colours_in_turn():
    assert [face_colour(number) for number in range(1, 8)] == list(PALETTE)
    assert face_colour(8) == face_colour(1)
