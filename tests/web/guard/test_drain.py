import json
import os
from contextlib import contextmanager

import httpx
import pytest

from tests.clips import steady, write_clip
from tests.serving import started

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")

LONG = "600"
"""Seconds that no test here waits for."""
FRAMES = 150


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A video whose recognition takes some seconds."""
    return write_clip(tmp_path_factory.mktemp("film") / "film.mp4", steady(FRAMES))


@contextmanager
def page(model_path, folder, drain):
    """A page's process, a client of it, and its empty folder for temporary files."""
    folder.mkdir()
    flags = ("--drain", drain)
    with (
        started(model_path, *flags, TMPDIR=str(folder)) as (process, address, _),
        httpx.Client(base_url=address, timeout=60) as visitor,
    ):
        yield process, visitor


def wait_for_drain(visitor):
    """A signal is heard by Python's main thread, which may take a tenth of a second."""
    assert any(visitor.get("readyz").status_code == 503 for _ in range(1000))


@contextmanager
def job(visitor, film):
    """The answer's event stream of a job, its lines beginning where work on it has begun."""
    with film.open("rb") as file:
        (path,) = visitor.post("gradio_api/upload", files={"files": file}).json()
    video = {"path": path, "meta": {"_type": "gradio.FileData"}}
    call = "gradio_api/call/predict_video"
    joined = visitor.post(call, json={"data": [video, 0.5]})
    with visitor.stream("GET", f"{call}/{joined.json()['event_id']}") as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("event: generating"))
        yield lines


def test_what_runs_is_finished_and_answered_whole_while_new_work_is_refused(
    model_path, film, tmp_path
):
    with page(model_path, tmp_path / "T", LONG) as (process, visitor):
        with job(visitor, film) as lines:
            assert visitor.get("readyz").status_code == 200
            process.terminate()
            wait_for_drain(visitor)
            assert visitor.get("healthz").status_code == 200
            for new in (
                "live?session=12345678",
                "gradio_api/upload",
                "gradio_api/queue/join",
                "gradio_api/call/predict_image",
            ):
                refused = visitor.post(new, json={}, headers={"Accept-Language": "de"})
                assert refused.status_code == 503, new
                assert "Server wird gerade beendet" in refused.json()["detail"]
            answer = next(line for line in lines if line == "event: complete") and next(lines)
        video, found, table = json.loads(answer.removeprefix("data: "))
        assert found["frames"] == FRAMES
        for file in (video, table):
            plain = {"Accept-Encoding": "identity"}
            fetched = visitor.get(f"gradio_api/file={file['path']}", headers=plain)
            assert len(fetched.content) == int(fetched.headers["content-length"]) > 0
        assert process.wait(timeout=60) == 0
    assert not list((tmp_path / "T").iterdir())


def test_a_page_without_work_ends_at_once_however_many_look_at_it(model_path, tmp_path):
    with (
        page(model_path, tmp_path / "T", LONG) as (process, visitor),
        visitor.stream("GET", "gradio_api/heartbeat/somebody") as beat,
    ):
        assert next(beat.iter_lines())
        process.terminate()
        assert process.wait(timeout=60) == 0
    assert not list((tmp_path / "T").iterdir())


@pytest.mark.parametrize(("drain", "signals"), [("1", 1), (LONG, 2)])
def test_the_deadline_or_a_second_sigterm_ends_a_page_that_works(
    model_path, film, tmp_path, drain, signals
):
    with page(model_path, tmp_path / "T", drain) as (process, visitor), job(visitor, film):
        process.terminate()
        if signals > 1:
            wait_for_drain(visitor)  # two that come together count as one
            process.terminate()
        assert process.wait(timeout=60) == 0
    assert not list((tmp_path / "T").iterdir())
