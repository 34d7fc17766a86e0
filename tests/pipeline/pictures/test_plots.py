import warnings

import numpy as np
import pytest
from matplotlib import ft2font

from fer_system import fonts
from fer_system.fonts import can_write
from pipeline.pictures import plots

OWN = ("sehr müde", "驚いた", "خوف", "खुशी", "행복", "a$b$c")
"""Names of classes of one's own; folders may be called so."""


def draw_all(folder):
    """Every picture that has classes' names, of OWN; matplotlib warns of missing letters."""
    confusion = np.eye(len(OWN), dtype=int)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plots.save_confusion({"val": confusion}, OWN, folder / "confusion.png")
        plots.save_per_class({"f1": np.ones(len(OWN))}, OWN, "vgg", folder / "per_class.png")
        counts = [("train", name, 9) for name in OWN]
        plots.save_distribution(counts, folder / "distribution.png")
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def test_names_in_any_script_are_drawn_without_a_missing_letter(tmp_path):
    assert len(draw_all(tmp_path)) == 3


def test_names_that_no_font_here_has_are_spelled(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "_typefaces", lambda script: (fonts.Typeface(None),))
    monkeypatch.setattr(plots, "_families", lambda: ["DejaVu Sans"])
    fonts._runs.cache_clear()
    try:
        names = plots._readable(OWN)
        assert names[1:5] == ["9a5a-i-ta", "khah-waw-feh", "kha-u-sha-ii", "haeng-bog"]
        assert len(draw_all(tmp_path)) == 3
    finally:
        fonts._runs.cache_clear()


def test_a_matplotlib_that_cannot_join_letters_gets_none_to_join(monkeypatch):
    if not can_write("خوف"):
        pytest.skip("no font has Arabic, or Pillow no Raqm")
    assert plots._readable(["خوف"]) == ["خوف"] or not hasattr(ft2font, "__libraqm_version__")
    monkeypatch.delattr(ft2font, "__libraqm_version__", raising=False)
    assert plots._readable(["خوف"]) == ["khah-waw-feh"]


def test_a_dollar_in_a_name_is_no_mathematics(tmp_path):
    rates = {"f1": np.ones(2)}
    plots.save_per_class(rates, ["a$b$c", "x"], "vgg", tmp_path / "dollars.png")
    plots.save_per_class(rates, ["abc", "x"], "vgg", tmp_path / "none.png")
    plots.save_per_class(rates, ["a$\\frac$", "x"], "vgg", tmp_path / "broken.png")
    assert (tmp_path / "dollars.png").read_bytes() != (tmp_path / "none.png").read_bytes()
