"""The webcam's route: faces over time as JSON, for those who may have them."""

import io

import httpx
import pytest
from PIL import Image
from skimage import data

from tests.serving import serve, with_both_detectors
from web.webcam.route import MAX_BYTES, MAX_OF_ADDRESS, MAX_VISITORS

LOGIN = {"username": "ann", "password": "secret"}


@pytest.fixture(scope="module")
def live(address):
    """Posts to the route of a page without a login."""
    with httpx.Client(base_url=address, timeout=60) as client:

        def post(content, session="a visitor", time="0", headers=None, **query):
            query = {"session": session, "time": time} | query
            return client.post("live", params=query, content=content, headers=headers)

        yield post


def encoded(picture, kind="JPEG"):
    file = io.BytesIO()
    picture.save(file, kind, quality=90)
    return file.getvalue()


@pytest.fixture(scope="module")
def astronaut():
    return encoded(Image.fromarray(data.astronaut()))


def moved(pixels):
    """The astronaut, this many pixels further to the right."""
    frame = Image.new("RGB", (700, 512), "gray")
    frame.paste(Image.fromarray(data.astronaut()), (pixels, 0))
    return encoded(frame)


@with_both_detectors
def test_a_picture_gives_its_faces_as_the_recognizer_sees_them(live, astronaut, recognizer):
    answer = live(astronaut, session="as it sees").json()
    (expected,) = recognizer(astronaut)
    (face,) = answer["faces"]
    assert (answer["width"], answer["height"]) == (512, 512)
    assert (face["face"], face["unseen"], face["shown"]) == (1, 0, expected.label)
    assert [face[side] for side in ("left", "top", "width", "height")] == list(expected.box)
    assert face["probabilities"] == pytest.approx(expected.probabilities, abs=1e-4)
    assert answer["milliseconds"] > 0


@with_both_detectors
def test_a_face_that_moves_keeps_its_id_and_a_lost_one_stays_a_moment(live):
    ids = [
        live(moved(20 * step), session="one visitor", time=f"{step / 10}").json()["faces"][0][
            "face"
        ]
        for step in range(5)
    ]
    assert set(ids) == {1}
    empty = encoded(Image.new("RGB", (700, 512), "gray"))
    (lost,) = live(empty, session="one visitor", time="0.6").json()["faces"]
    assert (lost["face"], lost["unseen"]) == (1, pytest.approx(0.2))
    assert live(empty, session="one visitor", time="5").json()["faces"] == []


def test_visitors_have_faces_of_their_own(live, astronaut):
    for session in ("visitor one", "visitor two"):
        assert live(astronaut, session=session).json()["faces"][0]["face"] == 1


def test_a_picture_that_is_older_than_the_last_one_changes_nothing(live, astronaut):
    live(astronaut, session="late visitor", time="7")
    assert live(astronaut, session="late visitor", time="6.9").json()["faces"] is None
    assert live(astronaut, session="late visitor", time="7.1").json()["faces"][0]["face"] == 1


def test_the_threshold_decides_when_a_label_is_shown(live, astronaut):
    for threshold, shown in (("0", True), ("1", False)):
        answer = live(astronaut, session=f"threshold {threshold}", threshold=threshold).json()
        assert (answer["faces"][0]["shown"] is not None) == shown


def test_a_wrong_request_gets_one_sentence(subtests, live, astronaut):
    for wrong, status, words in [
        ({"session": "short"}, 400, "session is missing"),
        ({"session": "x" * 65}, 400, "session is missing"),
        ({"time": "nan"}, 400, "`time` must be a number"),
        ({"time": "-1"}, 400, "`time` must be a number"),
        ({"time": "soon"}, 400, "`time` must be a number"),
        ({"threshold": "nan"}, 400, "one from 0 to 1"),
        ({"threshold": "1.5"}, 400, "one from 0 to 1"),
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
            visitor = {"session": f"visitor {number}", "time": 0}
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
            query = {"session": "a visitor", "time": 0}
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
