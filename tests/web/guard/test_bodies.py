"""What may be sent, and what is left of it where it may not."""

import errno
import os

import anyio
import httpx
import pytest
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect

from tests.disks import small_disk
from tests.serving import serve
from tests.web.guard.guarded import client
from web.guard.bodies import MAX_BODY, UPLOAD, Bodies
from web.guard.disk import Disk


@pytest.fixture
def room(monkeypatch):
    """Sets how many bytes all files may have."""

    def set_room(quota, share=10**9):
        monkeypatch.setattr("web.guard.disk.QUOTA", quota)
        monkeypatch.setattr("web.guard.bodies.SHARE", share)

    return set_room


def answers(folder, bodies, path=UPLOAD, endpoint=None):
    """What a server answers to bodies posted one after the other."""

    async def ask():
        guard = Middleware(Bodies, Disk(folder, 60), 60)
        async with client(guard, endpoint=endpoint) as page:
            return [await page.post(path, content=body) for body in bodies]

    return anyio.run(ask)


async def trickle(total):
    """A body whose length is not told."""
    for _ in range(total // 1000):
        yield bytes(1000)


def test_uploads_end_where_there_is_no_more_room(tmp_path, room):
    room(100_000)
    assert [answer.status_code for answer in answers(tmp_path, [bytes(60_000)] * 2)] == [200, 200]
    (tmp_path / "kept.png").write_bytes(bytes(60_000))
    full, fits = answers(tmp_path, [bytes(60_000), bytes(30_000)])
    assert (full.status_code, fits.status_code) == (507, 200)
    assert full.json()["detail"].startswith("There is no room for more files")
    (unsaid,) = answers(tmp_path, [trickle(60_000)])
    assert unsaid.status_code == 507


def test_one_address_cannot_take_all_the_room(tmp_path, room):
    room(1_000_000, share=100_000)
    statuses = [answer.status_code for answer in answers(tmp_path, [bytes(40_000)] * 3)]
    assert statuses == [200, 200, 507]


def test_what_is_no_upload_is_short(tmp_path):
    long, unsaid, short = answers(
        tmp_path, [bytes(MAX_BODY + 1), trickle(MAX_BODY + 2000), bytes(MAX_BODY)], "/live"
    )
    assert (long.status_code, unsaid.status_code, short.status_code) == (413, 413, 200)
    assert "4 MB" in long.json()["detail"]


@pytest.mark.parametrize("reason", [OSError(errno.ENOSPC, "full"), ClientDisconnect()])
def test_what_a_broken_off_upload_wrote_is_deleted(tmp_path, reason):
    async def fail(_):
        (tmp_path / "tmpabc").write_bytes(b"half")
        raise reason

    if isinstance(reason, ClientDisconnect):
        with pytest.raises(AssertionError):  # httpx' own: who has left gets no answer
            answers(tmp_path, [b"x"], endpoint=fail)
    else:
        (answer,) = answers(tmp_path, [b"x"], endpoint=fail)
        assert answer.status_code == 507
    assert not list(tmp_path.iterdir())


def test_another_error_of_the_system_is_not_taken_for_a_full_disk(tmp_path):
    async def fail(_):
        raise OSError(errno.EIO, "broken")

    (answer,) = answers(tmp_path, [b"x"], endpoint=fail)
    assert answer.status_code == 500


def test_a_disk_that_is_really_full_is_said_so_and_heals_by_itself(tmp_path, model_path):
    with (
        small_disk(tmp_path / "small", "70m") as small,
        serve(model_path, TMPDIR=str(small)) as (address, _),
        httpx.Client(base_url=address, timeout=60) as page,
    ):

        def upload(size):
            files = {"files": ("a.mp4", os.urandom(size))}
            return page.post("gradio_api/upload", files=files)

        full = upload(20_000_000)
        assert (full.status_code, "no room" in full.text) == (507, True)
        assert not list(small.glob("*/tmp*"))
        assert upload(100_000).status_code == 200
        assert page.get("healthz").status_code == 200
