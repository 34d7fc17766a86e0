"""The webcam's route: the faces of a picture as JSON, for those who may have them."""

import io

import httpx
import pytest
from PIL import Image
from skimage import data

from fer_system.records import describe_face
from tests.serving import serve, with_both_detectors
from web.webcam.route import MAX_BYTES, MAX_OF_ADDRESS, MAX_VISITORS

LOGIN = {"username": "ann", "password": "secret"}


@pytest.fixture(scope="module")
def live(address):
    """Posts to the route of a page without a login."""
    with httpx.Client(base_url=address, timeout=60) as client:

        def post(content, session="a visitor", headers=None, **model):
            query = {"session": session, **model}
            return client.post("live", params=query, content=content, headers=headers)

        yield post


def encoded(picture, kind="JPEG"):
    file = io.BytesIO()
    picture.save(file, kind, quality=90)
    return file.getvalue()


@pytest.fixture(scope="module")
def astronaut():
    return encoded(Image.fromarray(data.astronaut()))


@with_both_detectors
def test_a_picture_gives_its_faces_as_the_recognizer_sees_them(live, astronaut, recognizer):
    answer = live(astronaut).json()
    (expected,) = recognizer.frame(astronaut)
    assert (answer["width"], answer["height"]) == (512, 512)
    assert answer["faces"] == [describe_face(expected, 1, "webcam")]
    assert answer["milliseconds"] > 0


def test_an_answer_is_of_its_picture_alone(live, astronaut):
    empty = encoded(Image.new("RGB", (512, 512), "gray"))
    faces = [live(picture).json()["faces"] for picture in (astronaut, empty, astronaut)]
    assert faces[1] == []
    assert faces[0] == faces[2] != []


def test_a_wrong_request_gets_one_sentence(subtests, live, astronaut):
    for wrong, status, words in [
        ({"session": "short"}, 400, "session is missing"),
        ({"session": "x" * 65}, 400, "session is missing"),
        ({"model": "0" * 16}, 409, "another model"),
        ({"content": b""}, 422, "empty (0 bytes)"),
        ({"content": b"no picture"}, 422, "not a picture"),
        ({"content": b"x" * (MAX_BYTES + 1)}, 413, "more than 1 MB"),
        ({"headers": {"sec-fetch-site": "cross-site"}}, 403, "Another site"),
    ]:
        with subtests.test(wrong=wrong, status=status, words=words):
            answer = live(**({"content": astronaut} | wrong))
            assert answer.status_code == status
            assert words in answer.json()["detail"]
            assert live(astronaut, session="still alive").status_code == 200


def test_a_truncated_picture_is_refused(live, astronaut):
    answer = live(astronaut[: len(astronaut) // 2])
    assert (answer.status_code, "damaged" in answer.json()["detail"]) == (422, True)


def test_a_small_file_of_many_pixels_is_refused(live):
    answer = live(encoded(Image.new("L", (3000, 3000)), "PNG"))
    assert answer.status_code == 422
    assert "3000 x 3000 pixels, more than the 4 million allowed" in answer.json()["detail"]


def test_only_so_many_visitors_are_let_in_and_only_half_of_them_from_one_address(
    model_path, astronaut
):
    small = encoded(Image.new("RGB", (64, 64), "gray"))
    with serve(model_path) as (address, _), httpx.Client(base_url=address, timeout=60) as client:

        def status(number, content=small, home=None):
            visitor = {"session": f"visitor {number}"}
            home = number // MAX_OF_ADDRESS if home is None else home
            headers = {"x-forwarded-for": f"203.0.113.{home}"}
            return client.post("live", params=visitor, content=content, headers=headers).status_code

        empty = [status(100 + number, b"") for number in range(2 * MAX_VISITORS)]
        assert empty == [422] * 2 * MAX_VISITORS, "who sends no picture takes no place"
        assert [status(number) for number in range(MAX_OF_ADDRESS)] == [200] * MAX_OF_ADDRESS
        assert status(50, home=0) == 503
        rest = range(MAX_OF_ADDRESS, MAX_VISITORS + 1)
        assert [status(number) for number in rest] == [200] * (len(rest) - 1) + [503]
        assert status(0) == 200, "who is in stays in"


def test_without_the_login_there_is_no_answer(model_path, astronaut):
    with (
        serve(model_path, "--auth", "ann:secret") as (address, _),
        httpx.Client(base_url=address, timeout=60) as client,
    ):

        def post(**headers):
            query = {"session": "a visitor"}
            return client.post("live", params=query, content=astronaut, headers=headers)

        assert post().status_code == 401
        assert post(cookie="access-token-unsecure-x=guessed").status_code == 401
        assert client.post("login", data=LOGIN).status_code == 200
        answer = post()
        assert answer.status_code == 200
        assert len(answer.json()["faces"]) == 1


def test_a_refusal_is_in_the_visitors_language(subtests, live):
    for language, sentence in [("de-AT,de;q=0.9", "Das Bild kann"), ("fi", "The picture is not")]:
        with subtests.test(language=language, sentence=sentence):
            answer = live(b"This is no picture.", headers={"accept-language": language})
            assert answer.status_code == 422
            assert answer.json()["detail"].startswith(sentence)
