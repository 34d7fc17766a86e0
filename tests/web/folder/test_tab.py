"""The API endpoint `/predict_images`, as gradio_client and plain HTTP callers use it."""

import io
import zipfile

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from skimage import data

from fer_system.records import describe_model, describe_picture
from fer_system.results import Result
from tests.serving import serve, with_both_detectors


@pytest.fixture(scope="module")
def predict(address):
    client = Client(address, verbose=False)

    def predicted(*paths):
        files = [handle_file(str(path)) for path in paths]
        return client.predict(files, api_name="/predict_images")

    return predicted


@pytest.fixture
def archive(tmp_path, astronaut):
    whole = astronaut.read_bytes()
    empty = io.BytesIO()
    Image.new("RGB", (300, 200), "gray").save(empty, "PNG")
    members = {
        "happy/10.png": whole,
        "happy/2.png": whole[: len(whole) // 2],
        "happy/3.png": empty.getvalue(),
        "bored/1.png": whole,
        "../climbs.png": whole,
        "inner.zip": b"",
    }
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return tmp_path / "pictures.zip"


@with_both_detectors
def test_pictures_come_back_with_the_faces_that_predict_image_finds(predict, astronaut, recognizer):
    found = predict(astronaut, astronaut)
    faces = tuple(recognizer(data.astronaut(), quality=True))
    expected = describe_picture(Result("astronaut.png", (512, 512), faces))
    assert found == {
        **describe_model(recognizer),
        "pictures": [expected, expected],
        "figures": None,
        "left_aside": 0,
    }


def test_an_archive_gives_figures_and_tells_what_could_not_be_read(predict, archive, recognizer):
    found = predict(archive)
    assert [picture["source"] for picture in found["pictures"]] == [
        "../climbs.png",
        "bored/1.png",
        "happy/2.png",
        "happy/3.png",
        "happy/10.png",
        "inner.zip",
    ]
    errors = [picture.get("error") for picture in found["pictures"]]
    assert "leads out of the archive" in errors[0]
    assert "damaged" in errors[2]
    assert "an archive within an archive" in errors[5]
    assert errors[1] is errors[3] is errors[4] is None
    figures = found["figures"]
    label = found["pictures"][4]["faces"][0]["label"]
    assert figures["accuracy"] == float(label == "happy")
    assert (figures["faces"], figures["faceless"], figures["unreadable"]) == (1, 1, 1)
    assert figures["unknown"] == {"bored": 1}
    classes = list(recognizer.classes)
    assert figures["classes"] == classes
    assert figures["confusion"][classes.index("happy")][classes.index(label)] == 1


def test_other_files_among_the_pictures_are_counted(predict, astronaut, tmp_path):
    (tmp_path / "notes.txt").write_bytes(b"x")
    found = predict(astronaut, tmp_path / "notes.txt")
    assert [picture["source"] for picture in found["pictures"]] == ["astronaut.png"]
    assert found["left_aside"] == 1


def test_one_archive_need_not_be_in_a_list(address, archive):
    found = Client(address, verbose=False).predict(
        handle_file(str(archive)), api_name="/predict_images"
    )
    assert len(found["pictures"]) == 6


def test_an_unusable_archive_is_refused_by_a_sentence_and_the_server_lives_on(
    subtests, predict, tmp_path, astronaut
):
    for content in (b"", b"This is not an archive.", b"PK\x05\x06" + bytes(18)):
        with subtests.test(content=content):
            (tmp_path / "bad.zip").write_bytes(content)
            with pytest.raises(AppError) as refusal:
                predict(tmp_path / "bad.zip")
            assert "bad.zip" in str(refusal.value)
            assert str(refusal.value).endswith(".")
            assert "/" not in str(refusal.value), "a path of the server leaked"
            assert predict(astronaut)["pictures"][0]["faces"]


def test_no_files_at_all_are_refused_by_a_sentence(predict):
    with pytest.raises(AppError, match=r"^There are no pictures; choose some\.$"):
        predict()


def test_a_visitor_cannot_name_a_file_of_the_server(address, astronaut):
    payload = {"path": str(astronaut), "meta": {"_type": "gradio.FileData"}}
    api = f"{address}gradio_api/call/predict_images"
    for files in ([payload], payload):
        event = httpx.post(api, json={"data": [files]}).json()["event_id"]
        assert httpx.get(f"{api}/{event}", timeout=60).text.startswith("event: error")


def test_more_files_than_allowed_are_refused_without_reading_one(predict, tmp_path):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as file:
        for number in range(10_001):
            file.writestr(f"{number}.png", b"")
    with pytest.raises(AppError, match="10,001 files, more than the 10,000 allowed"):
        predict(tmp_path / "many.zip")


def test_nothing_but_the_uploads_is_left_on_disk(model_path, tmp_path, archive, astronaut):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with serve(model_path, TMPDIR=str(temporary)) as (address, _):
        client, before = Client(address, verbose=False), set(temporary.rglob("*.*"))
        files = [handle_file(str(archive)), handle_file(str(astronaut))]
        client.predict(files, api_name="/predict_images")
        left = {path.name for path in set(temporary.rglob("*.*")) - before}
        assert left == {archive.name, astronaut.name}
    assert not list(temporary.iterdir())
