"""Every state that the page's tabs can be in, and how a visitor gets there."""

import io
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browsing import UPLOAD, wait_for_picture
from tests.clips import steady, write_clip

PENDING = "**/gradio_api/queue/data**"
PAINTED = """async () => {
  await Promise.all([...document.images].map((it) => it.decode().catch(() => null)));
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
}"""
REFUSED = """() => {
  const refusal = new DOMException("", "NotAllowedError");
  navigator.mediaDevices.getUserMedia = () => Promise.reject(refusal);
}"""


@pytest.fixture(scope="session")
def material(folder, astronaut, two):
    """The files that the states are made of, by name."""
    Image.new("RGB", (400, 300), "gray").save(folder / "empty.png")
    (folder / "wrong.png").write_text("This is not a picture.")
    gray = io.BytesIO()
    Image.new("RGB", (400, 300), "gray").save(gray, "PNG")
    with zipfile.ZipFile(folder / "classes.zip", "w") as archive:
        for place in ("happy/1.png", "sad/2.png", "bored/3.png"):
            archive.write(astronaut, place)
        archive.writestr("happy/4.png", gray.getvalue())
        archive.writestr("happy/5.png", b"This is not a picture.")
    return {
        "face": astronaut,
        "faces": two,
        "empty": folder / "empty.png",
        "wrong": folder / "wrong.png",
        "film": write_clip(folder / "film.mp4", steady(20)),
        "archive": folder / "classes.zip",
    }


def show_picture(page, path):
    page.set_input_files(UPLOAD, path)
    wait_for_picture(page, "#picture-output img")
    expect(page.locator(".fer-card")).not_to_have_count(0)


def picture_empty(page, material):
    expect(page.locator("#picture-examples button")).to_have_count(7)


def picture_working(page, material):
    page.route(PENDING, lambda route: None)
    page.set_input_files(UPLOAD, material["face"])
    wait_for_picture(page, "#picture-input img")


def picture_face(page, material):
    show_picture(page, material["face"])


def picture_faces(page, material):
    show_picture(page, material["faces"])


def picture_card(page, material):
    show_picture(page, material["faces"])
    page.locator(".fer-open").nth(1).click()


def picture_no_face(page, material):
    page.set_input_files(UPLOAD, material["empty"])
    expect(page.locator("#picture-faces")).to_contain_text("No face found")


def picture_refused(page, material):
    page.set_input_files(UPLOAD, material["wrong"])
    expect(page.get_by_test_id("toast-body")).to_contain_text("picture")


def webcam(page, material):
    page.get_by_role("tab", name="Webcam").click()
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()


def webcam_live(page, material):
    webcam(page, material)
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_selector("#webcam [data-name^=plate]", state="attached")


def webcam_refused(page, material):
    webcam(page, material)
    page.evaluate(REFUSED)
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("#webcam [role=status]").first).to_contain_text("camera")


def video(page, material):
    page.get_by_role("tab", name="Video").click()
    page.wait_for_selector("#video-input input[type=file]", state="attached")


def open_film(page, material):
    video(page, material)
    page.set_input_files("#video-input input[type=file]", material["film"])
    page.wait_for_selector("#video-input video[src]", state="attached")


def video_working(page, material):
    open_film(page, material)
    page.route(PENDING, lambda route: None)
    page.get_by_role("button", name="Find faces").click()


def video_answer(page, material):
    open_film(page, material)
    page.get_by_role("button", name="Find faces").click()
    expect(page.locator("#video-faces .fer-film-row")).not_to_have_count(0)
    page.wait_for_selector("#video-output video", state="attached")


def folder_empty(page, material):
    page.get_by_role("tab", name="Folder").click()
    page.wait_for_selector("#folder-chooser [data-ready] .fer-drop")


def folder_working(page, material):
    folder_empty(page, material)
    page.route(PENDING, lambda route: None)
    page.set_input_files("#folder-chooser input[name=files]", material["archive"])
    expect(page.locator("#folder-stop")).to_be_visible()


def folder_classes(page, material):
    folder_empty(page, material)
    page.set_input_files("#folder-chooser input[name=files]", material["archive"])
    expect(page.locator(".fer-confusion")).to_be_visible()


def model(page, material):
    page.get_by_role("tab", name="Model").click()
    expect(page.locator(".fer-confusion")).to_be_visible()


STATES = (
    picture_empty, picture_working, picture_face, picture_faces, picture_card, picture_no_face,
    picture_refused, webcam, webcam_live, webcam_refused, video, video_working, video_answer,
    folder_empty, folder_working, folder_classes, model,
)  # fmt: skip
every_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)


def settle(page):
    """Wait until nothing is fetched or moves that will come to rest by itself."""
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    page.evaluate(PAINTED)
