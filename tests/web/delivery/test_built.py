import pytest

from fer_system import Recognizer
from web.delivery import built
from web.page import build_app


@pytest.fixture(scope="module")
def config(model_path):
    return build_app(Recognizer(model_path, "haar"), 60).config


def test_what_the_page_needs_is_found_in_gradios_own_files(config):
    needs = built.needs(config)
    names = {path.name for path in built.ASSETS.iterdir()}
    assert {*needs.scripts, *needs.styles} <= names
    for known in ("Blocks-", "HTML-", "ImagePreview-"):
        assert any(name.startswith(known) for name in needs.scripts), known


def test_scripts_are_those_of_the_first_tab_and_styles_those_of_all(config):
    needs = built.needs(config)
    assert not any(name.lower().startswith(("video", "hls")) for name in needs.scripts)
    assert any(name.lower().startswith("video") for name in needs.styles)
    assert "video" in built.kinds_seen(config, wholly=True)
    assert "video" not in built.kinds_seen(config, wholly=False)


def test_of_a_gradio_that_is_built_in_another_way_nothing_is_known(config, monkeypatch, tmp_path):
    monkeypatch.setattr(built, "FRONTEND", tmp_path)
    (tmp_path / "index.html").write_text('<script src="app.js"></script>')
    assert built.needs(config) == built.Needs()
