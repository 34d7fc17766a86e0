"""The folder tab as people see it: real Chromium, real clicks, real drops."""

import csv
import io
import json
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from skimage import data

from fer_system.folder import MAX_FILES, open_pictures, recognize
from fer_system.records import csv_header, csv_rows, csv_text, describe_model, describe_picture
from tests.browsing import DESKTOP, OVERFLOW, PHONE, SECOND
from web import text

FILES, FOLDER = "#folder-chooser input[name=files]", "#folder-chooser input[name=folder]"
SAID, RESULTS = "#folder-chooser [data-part=said]", "#folder-results"


@pytest.fixture(scope="module")
def labelled(folder, astronaut):
    """An archive with folders named like classes, and what may go wrong in one."""
    with zipfile.ZipFile(folder / "labelled.zip", "w") as archive:
        for name in ("happy/10.png", "Sadness/2.png", "<b>bored/1.png", "../climbs.png"):
            archive.write(astronaut, name)
        archive.writestr("happy/9.png", gray())
        archive.writestr("happy/3.png", b"This is not a picture.")
    return folder / "labelled.zip"


@pytest.fixture(scope="module")
def labelled_folder(folder, astronaut):
    """The same as a folder, of folders with files of one name, and with files of other kinds."""
    root, content = folder / 'a "b" <i>🎈', astronaut.read_bytes()
    files = {
        "happy/1.png": content,
        "sad/1.png": content,
        "sad/deep/deeper/'2' <img>.png": content,
        "happy/3.png": b"This is not a picture.",
        "happy/notes.txt": b"x",
        "happy/.DS_Store": b"x",
        "pictures.zip": b"PK",
    }
    for name, written in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(written)
    return root


def gray():
    written = io.BytesIO()
    Image.new("RGB", (400, 300), "gray").save(written, "PNG")
    return written.getvalue()


def tab_of(page, name="Folder"):
    page.get_by_role("tab", name=name).click()
    expect(page.locator("#folder-chooser [data-ready] .fer-drop")).to_be_visible()
    return page


def expect_pictures(page, count):
    """Wait until the table shows so many; a busy machine may take its time with each."""
    rows = page.locator(".fer-list tbody tr")
    expect(rows).to_have_count(count, timeout=90 * SECOND)
    return rows


def drop(page, *paths, selector=".fer-drop", **more):
    """Drop files and folders of the disk, as the browser itself gets them from the system."""
    box = page.locator(selector).bounding_box()
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 10}
    dragged = {"items": [], "files": list(map(str, paths)), "dragOperationsMask": 1, **more}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "data": dragged, **place})


@contextmanager
def saved(page, kind):
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    yield download.value.suggested_filename, Path(download.value.path()).read_bytes().decode()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_archive_shows_figures_thumbnails_and_a_table_with_mistakes_first(
    viewport, scheme, open_page, labelled, recognizer, screenshot
):
    page = tab_of(open_page(viewport, scheme))
    page.set_input_files(FILES, labelled)
    expect_pictures(page, 6)

    facts = page.locator(".fer-counts")
    expect(facts.locator("div").first).to_have_text("Pictures6")
    labels = [face.label for face in recognizer(data.astronaut())[:1]] * 2
    rights = list(map(str.__eq__, labels, ("happy", "sad")))
    expect(facts).to_contain_text(f"{100 * sum(rights) / 2:.1f} %")
    expect(facts).to_contain_text("95 % interval")

    cells = page.locator(".fer-confusion tbody td").all()
    assert sum(int(cell.get_attribute("title").split()[0]) for cell in cells) == 2
    expect(page.locator(".fer-gallery li")).to_have_count(4)
    rows = page.locator(".fer-list tbody tr")
    mistakes = 2 - sum(rights)
    assert mistakes, "the toy model calls the same face happy and sad"
    for number in range(mistakes):
        expect(rows.nth(number)).to_contain_text("wrong")
    expect(rows.nth(mistakes)).to_contain_text("leads out of the archive")
    expect(rows.nth(mistakes + 1)).to_contain_text("save it as JPEG or PNG")
    expect(page.locator(RESULTS)).to_contain_text("in no figure: <b>bored.")
    expect(page.locator("#folder-stop")).to_be_hidden()
    screenshot(page, f"folder-{'phone' if viewport is PHONE else 'desktop'}-{scheme}")

    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"


@pytest.mark.parametrize("way", ["chosen", "dropped"])
def test_a_folder_keeps_the_names_of_its_folders_and_leaves_other_files_aside(
    way, open_page, labelled_folder
):
    page = tab_of(open_page())
    if way == "chosen":
        page.set_input_files(FOLDER, labelled_folder)
    else:
        drop(page, labelled_folder)
    rows = expect_pictures(page, 5).locator("th")
    root = labelled_folder.name
    names = ("happy/1.png", "happy/3.png", "pictures.zip", "sad/1.png")
    inner = f"{root}/sad/deep/deeper/'2' <img>.png"
    assert sorted(rows.all_inner_texts()) == sorted([inner, *(f"{root}/{each}" for each in names)])
    expect(page.locator(".fer-counts")).to_contain_text("95 % interval")
    results = page.locator(RESULTS)
    expect(results).to_contain_text("left aside because they are not named like pictures: 1.")
    expect(results).to_contain_text("archive within an archive")


def test_loose_pictures_folders_and_archives_may_be_dropped_together(
    open_page, labelled, labelled_folder, astronaut
):
    page = tab_of(open_page())
    drop(page, labelled, labelled_folder / "sad", astronaut)
    expect_pictures(page, 6 + 2 + 1)
    drop(page, astronaut, selector="#folder-results .fer-counts")
    expect_pictures(page, 1)


def test_what_is_no_picture_gets_a_sentence_and_leaves_the_former_results(
    open_page, astronaut, tmp_path, subtests
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes" / "inner").mkdir(parents=True)
    (tmp_path / "notes" / "inner" / "a.txt").write_bytes(b"x")
    page = tab_of(open_page())
    drop(page, astronaut)
    expect_pictures(page, 1)
    said = page.locator(SAID)
    for paths, more, sentence in [
        ([], {"items": [{"mimeType": "text/plain", "data": "hello"}]}, "There is no file in that"),
        ([], {"items": [{"mimeType": "text/uri-list", "data": "http://a.b/"}]}, "There is no file"),
        ([tmp_path / "empty"], {}, "There are no pictures in empty"),
        ([tmp_path / "notes"], {}, "There are no pictures in notes"),
        ([tmp_path / "notes" / "inner" / "a.txt"], {}, "There are no pictures in a.txt"),
    ]:
        with subtests.test(sentence=sentence):
            drop(page, *paths, **more)
            expect(said).to_contain_text(sentence)
            expect_pictures(page, 1)
            expect(page.locator("#folder-stop")).to_be_hidden()


def test_too_many_files_are_refused_before_one_is_sent(open_page, tmp_path):
    for number in range(MAX_FILES + 1):
        (tmp_path / f"{number}.png").touch()
    page = tab_of(open_page())
    requests = []
    page.on(
        "request", lambda request: requests.append(request.url) if "upload" in request.url else 0
    )
    drop(page, tmp_path)
    expect(page.locator(SAID)).to_contain_text("more than the 10,000 pictures allowed")
    assert not any("upload" in address for address in requests)


def test_a_file_that_goes_before_it_is_sent_is_named_and_the_others_are_worked_on(
    open_page, astronaut, tmp_path
):
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(astronaut.read_bytes())
    page = tab_of(open_page())
    page.evaluate(HOLD_READING)
    drop(page, tmp_path)
    page.wait_for_function("window.held")
    (tmp_path / "2.png").unlink()
    page.evaluate("window.release()")
    expect_pictures(page, 1)
    expect(page.locator(SAID)).to_contain_text("left out (1)")
    expect(page.locator(SAID)).to_contain_text("2.png")


HOLD_READING = """() => {
    const read = File.prototype.arrayBuffer;
    const released = new Promise((give) => { window.release = give; });
    File.prototype.arrayBuffer = async function () {
        window.held = true;
        await released;
        return read.call(this);
    };
}"""


def test_a_dropped_folder_that_cannot_be_read_to_its_end_is_named_as_left_out(open_page, address):
    found = open_page().evaluate(
        """async (at) => {
            const { kindsOf, ofEntries } = await import(`${at}folder/walk.js`);
            const kinds = kindsOf({ suffixes: [".png"], junk: [], pictures: 9, others: 9 });
            const file = { fullPath: "/all/1.png", file: (give) => give(new File(["x"], "1.png")) };
            const parts = [[file]];
            const readEntries = (give, fail) => (parts.length ? give(parts.pop()) : fail());
            const createReader = () => ({ readEntries });
            const folder = { fullPath: "/all", isDirectory: true, createReader };
            const found = await ofEntries([folder], kinds, () => {});
            return found.map(({ path, isGone }) => [path, isGone]).sort();
        }""",
        address,
    )
    assert found == [["all", True], ["all/1.png", False]]


def test_an_upload_that_breaks_off_says_so_and_can_be_tried_again(open_page, astronaut):
    page = tab_of(open_page())
    page.route("**/gradio_api/upload*", lambda route: route.abort())
    page.set_input_files(FILES, astronaut)
    expect(page.locator(SAID)).to_contain_text("The upload broke off")
    page.unroute("**/gradio_api/upload*")
    page.set_input_files(FILES, astronaut)
    expect_pictures(page, 1)
    expect(page.locator(SAID)).to_be_hidden()


def test_filters_and_cells_choose_pictures_and_tell_how_many(open_page, labelled, recognizer):
    page = tab_of(open_page())
    page.set_input_files(FILES, labelled)
    label = recognizer(data.astronaut())[0].label
    rows, shown = expect_pictures(page, 6), page.locator(".fer-shown [role=status]")
    expect(shown).to_have_text("Pictures that fit: 6 of 6")

    page.get_by_role("combobox", name="Recognised as").select_option("unreadable")
    expect(shown).to_have_text("Pictures that fit: 2 of 6")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(6)
    expect(page.get_by_role("combobox", name="Folder")).to_be_focused()

    page.get_by_role("combobox", name="Right or wrong").select_option("wrong")
    wrong = sum(label != actual for actual in ("happy", "sad"))
    expect(shown).to_have_text(f"Pictures that fit: {wrong} of 6")
    page.get_by_role("button", name="Show all").click()

    cell = page.get_by_role("button", name=f"Sad recognised as {text.emotion(label)}")
    cell.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Sadness/2.png")
    expect(cell).to_have_attribute("aria-pressed", "true")
    cell.press("Enter")
    expect(rows).to_have_count(6)


def test_the_files_hold_every_picture_as_the_records_have_it(
    open_page, labelled, astronaut, recognizer
):
    page = tab_of(open_page())
    page.set_input_files(FILES, [labelled, astronaut])
    expect_pictures(page, 7)
    page.get_by_role("combobox", name="Recognised as").select_option("unreadable")
    with open_pictures([labelled, astronaut]) as (entries, _):
        results = [recognize(recognizer, entry)[0] for entry in entries]
    classes = recognizer.classes

    with saved(page, "CSV") as (name, content):
        assert name.startswith("faces-20")
        assert name.endswith("-toy-threshold-0.125.csv")
        rows = [row for result in results for row in csv_rows(result, classes)]
        assert content == csv_text([csv_header(classes), *rows])

    with saved(page, "JSON") as (name, content):
        assert name.endswith("-toy-threshold-0.125.json")
        document = json.loads(content)
    assert document["pictures"] == [describe_picture(result) for result in results]
    assert document.items() >= describe_model(recognizer).items()
    assert document["figures"]["faces"] == 2


def test_the_browser_asks_as_much_of_a_turned_face_as_the_recogniser(open_page, address):
    asked = [0, 0.2, 0.5, 0.6, 0.9, 1]
    cases = [
        ({"confidence": float(least) + by, "needed": needed}, {"threshold": share, "own": 0.5})
        for needed in (0.5, 0.7)
        for share, least in zip(asked, np.interp(asked, (0, 0.5, 1), (0, needed, 1)), strict=True)
        for by in (-1e-6, 1e-6)
    ]
    found = open_page().evaluate(
        """async ([at, cases]) => {
            const { isUncertain } = await import(`${at}folder/files.js`);
            return cases.map(([face, facts]) => isUncertain(face, facts));
        }""",
        [address, cases],
    )
    assert found == [True, False] * (len(cases) // 2)


def test_another_threshold_counts_at_once_in_table_thumbnails_and_files(open_page, astronaut):
    page = tab_of(open_page())
    page.set_input_files(FILES, astronaut)
    expect_pictures(page, 1)
    table, gallery = page.locator(".fer-list tbody"), page.locator(".fer-gallery")
    expect(table).not_to_contain_text("Uncertain")
    page.locator("#threshold summary").click()
    page.locator("#threshold input[type=range]").fill("1")
    expect(table).to_contain_text("Uncertain")
    expect(gallery).to_contain_text("Uncertain")
    expect(gallery).to_contain_text("?")
    with saved(page, "CSV") as (name, content):
        assert name.endswith("-threshold-1.csv")
        (row,) = csv.DictReader(io.StringIO(content, newline=""))
        assert row["uncertain"] == "1"
    page.get_by_role("combobox", name="Certainty").select_option("certain")
    expect_pictures(page, 0)
    page.locator("#threshold").get_by_role("button").click()
    expect(table).not_to_contain_text("Uncertain")
    expect_pictures(page, 1)


def test_what_is_saved_is_called_after_the_folder_and_the_day(open_page, labelled):
    page = tab_of(open_page())
    page.set_input_files(FILES, labelled)
    expect_pictures(page, 6)
    today = page.evaluate("new Date().toLocaleDateString('sv')")
    with saved(page, "CSV") as (name, _):
        assert name == f"faces-labelled-{today}-toy-threshold-0.125.csv"


def test_an_unusable_archive_takes_the_former_results_away(open_page, labelled, tmp_path):
    (tmp_path / "bad.zip").write_bytes(b"This is not an archive.")
    page = tab_of(open_page())
    page.set_input_files(FILES, labelled)
    expect_pictures(page, 6)
    page.set_input_files(FILES, tmp_path / "bad.zip")
    expect(page.locator(RESULTS)).to_contain_text("bad.zip is damaged")
    expect(page.locator(".fer-counts")).to_have_count(0)
    expect(page.locator(".fer-drop")).to_be_visible()


def test_a_long_run_tells_how_far_it_is_and_keeps_what_is_done_when_stopped(open_page, folder):
    face = io.BytesIO()
    Image.fromarray(data.astronaut()).resize((256, 256)).save(face, "JPEG")
    with zipfile.ZipFile(folder / "long.zip", "w") as archive:
        for place in range(2000):
            archive.writestr(f"{place}.jpg", face.getvalue())
    page = tab_of(open_page())
    page.set_input_files(FILES, folder / "long.zip")
    bar = page.locator(f"{RESULTS} progress")
    expect(bar).to_have_attribute("max", "2000")
    expect(page.locator(RESULTS)).to_contain_text("left")
    page.get_by_role("button", name="Stop").click()
    results = page.locator(RESULTS)
    expect(results).to_contain_text("Stopped. Here are the first")
    expect(bar).to_have_count(0)
    done = int(page.locator(".fer-counts dd").first.inner_text().replace(",", ""))
    assert 0 < done < 2000
    expect_pictures(page, min(done, 100))
    if done > 100:
        page.locator("[data-more=rows]").click()
        expect_pictures(page, min(done, 200))


@pytest.mark.parametrize("locale", ["de-AT", "ar-EG"])
def test_what_cannot_be_read_is_explained_in_the_visitors_language(
    locale, open_page, labelled, tmp_path, screenshot
):
    (tmp_path / "bad.zip").write_bytes(b"This is not an archive.")
    with text.speaking(text.best_language(locale)):
        tab, reasons, words = text.FOLDER_TAB, text.RECOGNITION_ERRORS, text.FOLDER_CHOOSER
    climbs = reasons["The name leads out of the archive; pack the pictures again."]
    damaged = reasons["{name} is damaged or no zip archive; pack or download it again."]

    page = tab_of(open_page(locale=locale), tab)
    page.set_input_files(FILES, labelled)
    expect_pictures(page, 6)
    expect(page.locator(".fer-list tbody")).to_contain_text(climbs)
    screenshot(page, f"folder-{locale}")
    drop(page, items=[{"mimeType": "text/plain", "data": "hello"}])
    expect(page.locator(SAID)).to_have_text(words["noFile"])
    page.set_input_files(FILES, tmp_path / "bad.zip")
    expect(page.locator(RESULTS)).to_contain_text(damaged.format(name="bad.zip"))
