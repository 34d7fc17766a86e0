"""One visitor's jobs leave room for another's, and end when nobody waits for them."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from PIL import Image
from skimage import data

from tests.clips import steady, write_clip
from tests.serving import serve
from web.guard.jobs import LONGEST_NAME, MOST_OF_ADDRESS, MOST_OF_SESSION, Jobs, Turns

GREEDY = {"x-forwarded-for": "203.0.113.1"}
MODEST = {"x-forwarded-for": "203.0.113.2"}


@pytest.fixture
def temporary(tmp_path):
    return tmp_path


@pytest.fixture
def page(model_path, temporary):
    with (
        serve(model_path, TMPDIR=str(temporary)) as (address, _),
        httpx.Client(base_url=address, timeout=120) as client,
    ):
        yield client


def uploaded(page, path):
    (there,) = page.post("gradio_api/upload", files={"files": path.open("rb")}).json()
    return {"path": there, "meta": {"_type": "gradio.FileData"}}


@pytest.fixture
def long_clip(tmp_path):
    return write_clip(tmp_path / "long.mp4", steady(3000))


def asked(page, name, *values, headers=None):
    return page.post(f"gradio_api/call/{name}", json={"data": values}, headers=headers)


def test_who_sends_many_jobs_shuts_nobody_out(page, long_clip, tmp_path):
    Image.fromarray(data.astronaut()).save(tmp_path / "face.png")
    video, picture = uploaded(page, long_clip), uploaded(page, tmp_path / "face.png")
    answers = [asked(page, "predict_video", video, 0.5, headers=GREEDY) for _ in range(40)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200] * MOST_OF_ADDRESS + [503] * (40 - MOST_OF_ADDRESS)
    assert "too many jobs" in answers[-1].text
    event = asked(page, "predict_image", picture, headers=MODEST).json()["event_id"]
    stream = page.get(f"gradio_api/call/predict_image/{event}", headers=MODEST).text
    assert "event: complete" in stream


def test_a_session_has_a_smaller_share_and_a_short_name(page, long_clip):
    functions = page.get("config").json()["dependencies"]
    (function,) = [each for each in functions if each["api_name"] == "predict_video"]
    job = {"data": [uploaded(page, long_clip), 0.5], "fn_index": function["id"]}

    def status(**changed):
        return page.post("gradio_api/queue/join", json=job | changed).status_code

    statuses = [status(session_hash="one") for _ in range(MOST_OF_SESSION + 1)]
    assert statuses == [200] * MOST_OF_SESSION + [503]
    assert status(session_hash="x" * LONGEST_NAME) == 200
    assert status(session_hash="x" * (LONGEST_NAME + 1)) == 400
    for unknown in (-1, 10_000):
        assert status(session_hash="two", fn_index=unknown) == 400


def test_a_job_ends_when_its_caller_leaves(page, long_clip, temporary):
    event = asked(page, "predict_video", uploaded(page, long_clip), 0.5).json()["event_id"]
    with page.stream("GET", f"gradio_api/call/predict_video/{event}") as stream:
        next(stream.iter_lines())
        assert list(temporary.glob("*/video-*"))
    last = time.monotonic() + 20
    while list(temporary.glob("*/video-*")):
        assert time.monotonic() < last, "the work goes on for nobody"
        time.sleep(0.2)


@pytest.fixture
def slow_page(monkeypatch):
    """A page of a slow job and a fast one, which keeps the answers of eight sessions."""

    def fast() -> str:
        return "done"

    def slow() -> Iterator[int]:
        for number in range(20):
            time.sleep(0.1)
            yield number

    with gr.Blocks(analytics_enabled=False) as page:
        gr.api(fast)
        gr.api(slow)
    page.queue()
    monkeypatch.setattr("web.guard.jobs.MOST_SESSIONS", 8)
    page._queue.pending_messages_per_session.max_size = 8
    Jobs(page._queue)
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client
    page.close()


def test_a_job_under_way_outlives_the_sessions_that_come_and_go(slow_page):
    def begun(name):
        return asked(slow_page, name).json()["event_id"]

    def told(name, event):
        return slow_page.get(f"gradio_api/call/{name}/{event}").text

    for _ in range(2):  # the queue goes on after it
        slow = begun("slow")
        assert all("event: complete" in told("fast", begun("fast")) for _ in range(20))
        assert "event: complete" in told("slow", slow)


def job(address, queue="video"):
    return SimpleNamespace(
        concurrency_id=queue, request=SimpleNamespace(scope={"client": (address, 1)})
    )


def test_everybodys_first_job_comes_before_anybodys_second():
    greedy = [job("203.0.113.1") for _ in range(4)]
    modest, late = job("203.0.113.2"), job("203.0.113.3")
    waiting = [*greedy[1:], modest, late]
    assert sorted(waiting, key=Turns(greedy[:1])) == [modest, late, *greedy[1:]]
    assert sorted(waiting, key=Turns([])) == [greedy[1], modest, late, *greedy[2:]]
    other = job("203.0.113.1", "picture")
    assert sorted([greedy[1], other], key=Turns(greedy[:1])) == [other, greedy[1]]
