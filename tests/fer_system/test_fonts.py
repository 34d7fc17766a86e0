import subprocess

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, features

from fer_system import fonts
from fer_system.fonts import can_write, draw_text, text_width, writable

NOTO = {
    "خوف": "NotoSansArabic-Regular.ttf",
    "खुशी": "NotoSansDevanagari-Regular.ttf",
    "高兴": "NotoSansCJK-Regular.ttc",
    "驚いた": "NotoSansCJK-Regular.ttc",
    "행복": "NotoSansCJK-Regular.ttc",
}
"""Words, and the font of Debian's fonts-noto-core and fonts-noto-cjk that has them."""


def drawn(text, size=40):
    picture = Image.new("RGB", (text_width(text, size) + size, 2 * size), "white")
    draw_text(ImageDraw.Draw(picture), (size // 2, round(1.3 * size)), text, size, (0, 0, 0))
    return np.asarray(picture.convert("L"))


def ink_of(text):
    """The drawn text without the white round it."""
    ink = drawn(text) < 128
    rows, columns = np.nonzero(ink)
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


@pytest.fixture
def only_pillow(monkeypatch):
    """A machine without fonts."""
    monkeypatch.setattr(fonts, "_typefaces", lambda script: (fonts.Typeface(None),))
    fonts._runs.cache_clear()
    yield
    fonts._runs.cache_clear()


def holds_a_box(text):
    """Whether what its font draws for a missing letter is seen anywhere in a drawn text."""
    ink = drawn(text) < 128
    for _, (path, place) in fonts._runs(text):
        font = ImageFont.truetype(path, 40, place) if path else ImageFont.load_default(40)
        size, levels = (mask := font.getmask("\uffff")).size, bytes(mask)
        box = np.frombuffer(levels, np.uint8).reshape(size[::-1]) >= 128
        windows = np.lib.stride_tricks.sliding_window_view(ink, box.shape)
        if box.any() and (windows == box).mean(axis=(2, 3)).max() > 0.97:
            return True
    return False


@pytest.mark.parametrize(("word", "font"), NOTO.items())
def test_the_letters_of_every_script_are_seen(word, font, monkeypatch):
    try:
        ImageFont.truetype(font)
    except OSError:
        pytest.skip(f"{font} is not installed")
    assert can_write(word)
    assert (drawn(word) < 128).sum() > 300
    assert not holds_a_box(word)
    runs = fonts._runs(word)
    monkeypatch.setattr(fonts, "_runs", lambda text: [("\ufffe", face) for _, face in runs])
    assert holds_a_box(word)  # so that one would have been seen


def test_a_text_keeps_to_its_width():
    for text in ("happy 93%", "glücklich 93 %", *NOTO):
        if can_write(text):
            columns = np.flatnonzero((drawn(text) < 128).any(axis=0))
            assert columns[0] >= 20 - 4
            assert columns[-1] < 20 + text_width(text, 40) + 4


@pytest.mark.skipif(not features.check("raqm"), reason="this Pillow has no Raqm")
def test_arabic_is_joined_and_runs_from_right_to_left():
    if not can_write("خوف"):
        pytest.skip("no font has Arabic")
    apart = "\u200c".join("خوف")
    assert not np.array_equal(drawn("خوف"), drawn(apart))
    word, line = ink_of("خوف"), ink_of("خوف 93")
    right = word.shape[1] // 2
    np.testing.assert_array_equal(line[-word.shape[0] :, -right:], word[:, -right:])


def test_without_raqm_what_it_would_take_is_not_written(monkeypatch):
    monkeypatch.setattr(fonts.features, "check", lambda feature: False)
    fonts._runs.cache_clear()
    try:
        assert not can_write("خوف")
        assert not can_write("खुशी")
        assert can_write("happy")
    finally:
        fonts._runs.cache_clear()


def test_words_without_a_font_are_spelled_in_english(only_pillow):
    assert not can_write("驚いた")
    assert writable("驚いた 93%") == "9a5a-i-ta 93%"
    assert writable("sehr müde") == "sehr m-u-d-e"
    assert writable("غضب") == "ghain-dad-beh"
    assert can_write(writable("खुशी 행복 \U0001f600"))


def test_every_word_has_a_font_of_its_own_where_none_has_all(only_pillow, monkeypatch):
    faces = {"CJK": (fonts.Typeface("cjk"),), "": (fonts.Typeface(None),)}
    monkeypatch.setattr(fonts, "_typefaces", lambda script: faces.get(script, faces[""]))
    monkeypatch.setattr(fonts, "_has", lambda face, sign: sign.isascii() == (face.path is None))
    cjk, own = fonts.Typeface("cjk"), fonts.Typeface(None)
    assert fonts._runs("高兴 very 93%") == (("高兴", cjk), (" ", own), ("very 93%", own))
    assert fonts._runs("a\n\0b\u202e \t c") == (("a b c", own),)


def test_a_font_that_cannot_be_read_is_passed_over(monkeypatch, tmp_path):
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    assert fonts._found(fonts.Typeface(str(tmp_path / "broken.ttf"))) is None
    assert fonts._found(fonts.Typeface("there is no such font.ttf")) is None

    def absent(*args, **kwargs):
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", absent)
    assert fonts._of_fontconfig("hi") == []
