"""A model of any classes has its names, colours and emoji in every tab, in real Chromium."""

import json
import zipfile

import pytest
from playwright.sync_api import expect

from fer_system.emotions import FERPLUS
from tests.browsing import UPLOAD
from tests.model_files import write_model
from tests.serving import serve

OWN = ("happy", "sehr müde", "驚いた", "خوف", "<b>so & so</b>")
"""As folders of one's own faces may be called; only the first has an emoji."""


@pytest.fixture(scope="module", params=[OWN, FERPLUS], ids=["own", "contempt"])
def served(request, tmp_path_factory):
    """The classes, and the address of a page that knows them."""
    names = request.param
    path = tmp_path_factory.mktemp("models") / "own.onnx"
    write_model(path, outputs=len(names), classes=json.dumps(names), threshold="0")
    with serve(path) as (address, _):
        yield names, address


def plain(locator):
    """The texts of elements, without the capital that the page gives a name."""
    return [written.strip().lower() for written in locator.all_inner_texts()]


def test_a_card_has_the_names_and_every_class_a_colour(served, open_page, astronaut):
    names, address = served
    page = open_page(at=address)
    page.set_input_files(UPLOAD, astronaut)
    opener = page.locator("#picture-faces .fer-open").first
    expect(opener).to_be_visible()
    if opener.get_attribute("aria-expanded") == "false":
        opener.click()
    expect(page.locator("#picture-faces article li").first).to_be_visible()
    shown = plain(page.locator("#picture-faces article").first)[0]
    assert all(name in shown for name in names)
    colours = page.evaluate(
        "count => [...Array(count).keys()].map((at) =>"
        " getComputedStyle(document.documentElement).getPropertyValue(`--colour-${at}`))",
        len(names),
    )
    assert len(set(colours)) == len(names)
    assert all(colour.strip() for colour in colours)


def test_the_webcams_legend_has_the_names(served, open_page):
    names, address = served
    page = open_page(at=address)
    page.get_by_role("tab", name="Webcam").click()
    legend = page.locator("#webcam [data-part=legend] li")
    expect(legend).to_have_count(len(names))
    assert plain(legend) == list(names)


def test_folders_called_like_the_classes_give_figures(served, open_page, astronaut, tmp_path):
    names, address = served
    with zipfile.ZipFile(tmp_path / "faces.zip", "w") as archive:
        for name in names:
            archive.write(astronaut, f"{name.replace('/', '|')}/1.png")
    page = open_page(at=address)
    page.get_by_role("tab", name="Folder").click()
    page.set_input_files("#folder-chooser input[name=files]", tmp_path / "faces.zip")
    heads = page.locator(".fer-confusion thead th")
    expect(heads.first).to_be_attached()
    written = " ".join(plain(heads))
    assert all(name in written for name in names)


def test_the_models_tab_opens(served, open_page):
    _, address = served
    page = open_page(at=address)
    page.get_by_role("tab", name="Model").click()
    expect(page.get_by_text("37.5 %").first).to_be_visible()
