"""What lies in the temporary folder, through every door, and for how long."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from gradio_client import Client, handle_file
from PIL import Image
from skimage import data

from fer_system import DEFAULT_MODEL
from tests.clips import steady, write_clip
from tests.serving import APP, serve
from web.guard.disk import LOCK, Disk, clear_leftovers, temporary_folder

KEEP = 0.3
"""Minutes, of the page below."""


def files(folder):
    """All files of visitors: not the page's own examples and lock."""
    return {path for path in folder.rglob("*") if path.is_file() and not is_own(path)}


def is_own(path):
    examples = (APP.parent / "web" / "examples").glob("*.webp")
    return path.name == LOCK or path.name in {example.name for example in examples}


def left_after(seconds, look):
    """What `look` finds, asked again and again until it finds nothing or the time is over."""
    end = time.monotonic() + seconds
    while found := set(look()):
        if time.monotonic() > end:
            break
        time.sleep(0.05)
    return found


def break_off_an_upload(address):
    """Send the first part of a file and hang up."""
    where = urlsplit(address)
    head = (
        b"POST /gradio_api/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
        b'Content-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    )
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(head + bytes(1_000_000))
        time.sleep(0.5)


@pytest.mark.skipif(os.name == "nt", reason="watches a folder as POSIX has them")
def test_no_file_of_any_door_outlives_its_time(tmp_path):
    Image.fromarray(data.astronaut()).save(tmp_path / "face.png")
    clip = write_clip(tmp_path / "clip.mp4", steady(4))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with serve(DEFAULT_MODEL, f"--keep={KEEP}", TMPDIR=str(temporary)) as (address, _):
        program = Client(address, verbose=False, download_files=str(tmp_path))
        program.predict(handle_file(tmp_path / "face.png"), api_name="/predict_image")
        program.predict([handle_file(tmp_path / "face.png")], api_name="/predict_images")
        program.predict(handle_file(clip), 0.5, api_name="/predict_video")
        press(address, "_show", tmp_path / "face.png", [None])
        press(address, "_show_2", clip, [0.5])
        press(address, "_show_3", tmp_path / "face.png", [])
        break_off_an_upload(address)
        made = files(temporary)
        assert {".png", ".mp4", ".csv", ".json"} <= {path.suffix for path in made}
        # The page has to notice first that nobody sends any more; its sweeping comes much later.
        assert left_after(5, lambda: temporary.glob("*/tmp*")) == set(), "a broken-off upload stays"
        assert left_after(60 * KEEP + 30, lambda: files(temporary)) == set()
        # The examples are still there.
        assert program.predict(handle_file(tmp_path / "face.png"), api_name="/predict_image")
        assert len([path for path in temporary.rglob("*.webp") if is_own(path)]) == 7


def press(address, api_name, path, more):
    """Do what a button of the page does with a file and `more`, over the queue, to its end."""
    with httpx.Client(base_url=address, timeout=60) as page:
        functions = page.get("config").json()["dependencies"]
        (function,) = [each for each in functions if each["api_name"] == api_name]
        (there,) = page.post(
            "gradio_api/upload", files={"files": (path.name, path.read_bytes())}
        ).json()
        file = {"path": there, "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}
        values = [file if more else [file], *more]
        body = {"data": values, "fn_index": function["id"], "session_hash": f"tester{api_name}"}
        page.post("gradio_api/queue/join", json=body).raise_for_status()
        with page.stream(
            "GET", "gradio_api/queue/data", params={"session_hash": f"tester{api_name}"}
        ) as stream:
            last = [line for line in stream.iter_lines() if "process_completed" in line]
        assert json.loads(last[-1].removeprefix("data:"))["success"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux' /proc")
def test_the_webcams_pictures_never_touch_the_disk(model_path, tmp_path):
    """No file is written or changed, and none is open for writing, while pictures are posted."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    picture = tmp_path / "face.jpg"
    Image.fromarray(data.astronaut()).save(picture)
    with (
        serve(model_path, TMPDIR=str(temporary)) as (address, _),
        httpx.Client(base_url=address, timeout=60) as page,
    ):
        (server,) = [each for each in processes() if str(temporary) in environment(each)]
        before = {path: path.stat().st_mtime_ns for path in temporary.rglob("*")}
        written_before = written(server)
        for number in range(200):
            query = {"session": "a visitor", "time": number / 10}
            page.post("live", params=query, content=picture.read_bytes()).raise_for_status()
            assert open_for_writing(server) <= {temporary_lock(temporary)}
        assert {path: path.stat().st_mtime_ns for path in temporary.rglob("*")} == before
        assert written(server) == written_before


def processes():
    return [path for path in Path("/proc").glob("[0-9]*") if b"app.py" in command(path)]


def command(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def environment(process):
    return (process / "environ").read_bytes().decode(errors="replace")


def written(process):
    """Bytes that the process has caused to be written to a disk."""
    lines = (process / "io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])


def temporary_lock(temporary):
    return next(temporary.glob(f"*/{LOCK}"))


def open_for_writing(process):
    """The files that a process may write to."""
    found = set()
    for link in (process / "fd").iterdir():
        try:
            target = link.readlink()
            flags = (process / "fdinfo" / link.name).read_text().split("flags:")[1].split()[0]
        except (OSError, IndexError):
            continue  # it has just been closed
        if int(flags, 8) & (os.O_WRONLY | os.O_RDWR) and target.is_file():
            found.add(target)
    return found


def test_what_a_killed_page_left_is_cleared_at_the_next_start_and_nothing_else(
    model_path, tmp_path
):
    (tmp_path / "fer-of-somebody-else").mkdir()
    (tmp_path / "fer-of-somebody-else" / "a.png").write_bytes(b"x")
    (tmp_path / "fer-link").symlink_to(tmp_path / "fer-of-somebody-else")
    with serve(model_path, TMPDIR=str(tmp_path)) as (alive, _):
        killed = started(model_path, tmp_path)
        folders = {path.parent for path in tmp_path.glob(f"*/{LOCK}")}
        assert len(folders) == 2
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert {path.parent for path in tmp_path.glob(f"*/{LOCK}")} == folders
        with serve(model_path, TMPDIR=str(tmp_path)):
            left = {path.parent for path in tmp_path.glob(f"*/{LOCK}")}
            assert len(left) == 2
            assert len(left & folders) == 1
        assert httpx.get(f"{alive}healthz").status_code == 200
        assert (tmp_path / "fer-of-somebody-else" / "a.png").read_bytes() == b"x"


def started(model_path, temporary):
    """A page that somebody will kill."""
    process = subprocess.Popen(
        [sys.executable, str(APP), "--model", str(model_path), "--detector", "haar"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(temporary)},
    )
    for line in process.stdout:
        if line.startswith("The page is at"):
            return process
    raise RuntimeError("The page did not start.")


def test_a_folder_that_is_in_use_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with temporary_folder() as folder:
        clear_leftovers(tmp_path)
        assert (folder / LOCK).exists()
        other = tmp_path / "fer-left"
        other.mkdir()
        (other / LOCK).touch()
        clear_leftovers(tmp_path)
        assert not other.exists()
    assert not folder.exists()


def test_the_quota_is_of_all_files_together(tmp_path, monkeypatch):
    monkeypatch.setattr("web.guard.disk.QUOTA", 1000)
    disk = Disk(tmp_path, 60)
    assert disk.room() == 1000
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.png").write_bytes(bytes(600))
    assert (disk.used(), disk.room()) == (600, 400)
    (tmp_path / "d.png").write_bytes(bytes(600))
    assert disk.room() == 0
