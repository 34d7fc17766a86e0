"""What makes no sense is the sender's fault, and is said so."""

import json

import anyio
import httpx
import pytest
from starlette.middleware import Middleware

from tests.web.guard.guarded import client
from web.guard.nonsense import MCP, Nonsense


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "gradio_api/call/nothing", b'{"data": []}'),
        ("POST", "gradio_api/queue/join", b'{"data": [], "fn_index": -1, "session_hash": "a"}'),
        ("POST", "gradio_api/cancel", b'{"session_hash": NaN, "fn_index": 0, "event_id": "a"}'),
        ("POST", "gradio_api/run/predict_image", b'{"data": [null]}'),
        ("POST", "gradio_api/run/_stop", b"[" * 100_000),
        ("GET", f"static/{'x' * 5000}", b""),
        ("GET", f"assets/{'x' * 500}", b""),
    ],
)
def test_a_request_without_sense_is_refused_and_not_the_servers_fault(address, method, path, body):
    headers = {"content-type": "application/json"}
    answer = httpx.request(method, f"{address}{path}", content=body, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text
    assert httpx.get(f"{address}healthz").status_code == 200


def test_an_upload_without_a_name_or_a_boundary_is_refused(address):
    form = b'--b\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\nx\r\n--b--\r\n'
    for boundary in ("b", "x" * 60_000, ""):
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        answer = httpx.post(f"{address}gradio_api/upload", content=form, headers=headers)
        assert answer.status_code < 500, boundary[:10]


def test_what_a_route_does_not_take_is_not_repeated_to_its_sender(address):
    for place in ("cancel", "reset"):
        answer = httpx.post(f"{address}gradio_api/{place}", json={"data": [0] * 10_000})
        assert (answer.status_code, len(answer.content) < 1000) == (422, True)


def test_a_refusal_says_what_to_do(address):
    for method, place, said in (
        ("GET", "gradio_api/run/predict_image", "This address takes no such request"),
        ("POST", "gradio_api/upload", "send it as multipart/form-data"),
        ("GET", "gradio_api/file=/etc/passwd", "File not allowed: /etc/passwd"),
        ("GET", "static/nothing.png", "nothing at this address"),
    ):
        answer = httpx.request(method, f"{address}{place}")
        assert 400 <= answer.status_code < 500
        assert said in answer.json()["detail"], place


def test_who_asks_for_an_answer_that_is_not_there_is_told_so(address):
    answer = httpx.get(
        f"{address}gradio_api/call/predict_image/nothing", headers={"accept-language": "de"}
    )
    assert answer.text.startswith("event: error")
    assert json.loads(answer.text.partition("data: ")[2])["error"].startswith("Hier gibt es keine")


def test_the_tools_get_json_and_nothing_else():
    bodies = {
        b'{"method": "tools/list"}': 200,
        b"[" * 100_000: 400,
        b'"\xff"': 400,
        b"9" * 5000: 400,
    }

    async def ask():
        async with client(Middleware(Nonsense)) as page:
            return [await page.post(f"{MCP}/", content=body) for body in bodies]

    answers = anyio.run(ask)
    assert [answer.status_code for answer in answers] == [*bodies.values()]
    assert answers[0].text == "24"  # its length: it arrived whole
