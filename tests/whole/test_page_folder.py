"""The folder tab as people see it: real Chromium, real clicks."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from skimage import data

from fer_system.records import csv_header
from tests.browsing import DESKTOP, OVERFLOW, PHONE
from web import text


@pytest.fixture(scope="module")
def labelled(folder, astronaut):
    """An archive with folders named like classes, and what may go wrong in one."""
    gray = io.BytesIO()
    Image.new("RGB", (400, 300), "gray").save(gray, "PNG")
    with zipfile.ZipFile(folder / "labelled.zip", "w") as archive:
        archive.write(astronaut, "happy/10.png")
        archive.write(astronaut, "Sadness/2.png")
        archive.write(astronaut, "<b>bored/1.png")
        archive.writestr("happy/9.png", gray.getvalue())
        archive.writestr("happy/3.png", b"This is not a picture.")
        archive.writestr("../climbs.png", astronaut.read_bytes())
    return folder / "labelled.zip"


FOLDER_UPLOAD = "#folder-input input[type=file]"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_archive_shows_figures_thumbnails_and_a_table(
    viewport, scheme, open_page, labelled, recognizer, screenshot
):
    page = open_page(viewport, scheme)
    page.get_by_role("tab", name="Folder").click()
    page.set_input_files(FOLDER_UPLOAD, labelled)

    facts = page.locator(".fer-counts")
    expect(facts.locator("div").first).to_have_text("Pictures6")
    labels = [face.label for face in recognizer(data.astronaut())[:1]] * 2
    accuracy = sum(map(str.__eq__, labels, ("happy", "sad"))) / 2
    expect(facts).to_contain_text(f"{100 * accuracy:.1f} %")

    cells = page.locator(".fer-confusion tbody td").all()
    assert sum(int(cell.get_attribute("title").split()[0]) for cell in cells) == 2
    expect(page.locator(".fer-gallery li")).to_have_count(4)
    rows = page.locator(".fer-list tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.nth(0)).to_contain_text("leads out of the archive")
    expect(rows.nth(1)).to_contain_text("save it as JPEG or PNG")
    expect(page.locator("#folder-results")).to_contain_text("in no figure: <b>bored.")
    expect(page.locator("#folder-stop")).to_be_hidden()
    screenshot(page, f"folder-{'phone' if viewport is PHONE else 'desktop'}-{scheme}")

    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"


def test_the_csv_holds_every_picture(open_page, labelled, astronaut, recognizer):
    page = open_page()
    page.get_by_role("tab", name="Folder").click()
    page.set_input_files(FOLDER_UPLOAD, [labelled, astronaut])
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "faces-toy-threshold-0.125.csv"
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == ",".join(csv_header(recognizer.classes))
    assert len(lines) == 1 + 7


def test_an_unusable_archive_takes_the_former_results_away(open_page, labelled, tmp_path):
    (tmp_path / "bad.zip").write_bytes(b"This is not an archive.")
    page = open_page()
    page.get_by_role("tab", name="Folder").click()
    page.set_input_files(FOLDER_UPLOAD, labelled)
    expect(page.locator(".fer-counts")).to_be_visible()

    page.locator("#folder-input").get_by_label("Clear").click()
    expect(page.locator("#folder-results")).to_contain_text("Choose many pictures")
    page.set_input_files(FOLDER_UPLOAD, tmp_path / "bad.zip")
    expect(page.get_by_test_id("toast-body")).to_contain_text("bad.zip is damaged")
    expect(page.locator(".fer-counts")).to_have_count(0)


def test_a_long_run_tells_how_far_it_is_and_can_be_stopped(open_page, folder):
    face = io.BytesIO()
    Image.fromarray(data.astronaut()).resize((256, 256)).save(face, "JPEG")
    with zipfile.ZipFile(folder / "long.zip", "w") as archive:
        for number in range(2000):
            archive.writestr(f"{number}.jpg", face.getvalue())
    page = open_page()
    page.get_by_role("tab", name="Folder").click()
    page.set_input_files(FOLDER_UPLOAD, folder / "long.zip")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuemax", "2000")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#folder-results")).to_contain_text("Stopped.")
    expect(page.get_by_role("progressbar")).to_have_count(0)


@pytest.mark.parametrize("locale", ["de-AT", "ar-EG"])
def test_what_cannot_be_read_is_explained_in_the_visitors_language(
    locale, open_page, labelled, tmp_path, screenshot
):
    (tmp_path / "bad.zip").write_bytes(b"This is not an archive.")
    with text.speaking(text.best_language(locale)):
        tab, heading, reasons = text.FOLDER_TAB, text.ERROR, text.RECOGNITION_ERRORS
    climbs = reasons["The name leads out of the archive; pack the pictures again."]
    damaged = reasons["{name} is damaged or no zip archive; pack or download it again."]

    page = open_page(locale=locale)
    page.get_by_role("tab", name=tab).click()
    page.set_input_files(FOLDER_UPLOAD, labelled)
    expect(page.locator(".fer-list tbody tr").first).to_contain_text(climbs)
    screenshot(page, f"folder-{locale}")

    page = open_page(locale=locale)
    page.get_by_role("tab", name=tab).click()
    page.set_input_files(FOLDER_UPLOAD, tmp_path / "bad.zip")
    toast = page.get_by_test_id("toast-body")
    expect(page.get_by_text(heading, exact=True)).to_be_visible()
    expect(toast).to_contain_text(damaged.format(name="bad.zip"))
