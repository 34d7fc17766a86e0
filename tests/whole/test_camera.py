"""`fer camera` as people and programs start it: files that stand in for cameras, real signals."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from fer_system.film import read_film, read_frames
from fer_system.records import csv_header
from tests.clips import face_picture, steady, write_clip, write_song
from tests.disks import small_disk

ROOT = Path(__file__).parents[2]
SECONDS = 60
"""Longer than any answer takes on a busy machine."""
LONG = steady(3000)
"""The times of a film that no test sees the end of."""
unless_on_windows = pytest.mark.skipif(os.name == "nt", reason="signals and pipes differ there")


@pytest.fixture(scope="module")
def command(model_path):
    program = [sys.executable, "-m", "fer_system", "camera"]
    return [*program, "--model", str(model_path), "--detector", "haar"]


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("short") / "room.mp4", steady(10))


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("long") / "room.mp4", LONG)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A film of nobody."""
    picture = np.full((240, 320, 3), 128, np.uint8)
    return write_clip(tmp_path_factory.mktemp("empty") / "room.mp4", LONG, picture)


@pytest.fixture
def run(command):
    """Run the command to its end."""

    def ran(*flags):
        line = [*command, *map(str, flags)]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=2 * SECONDS)

    return ran


@contextmanager
def started(command, *flags):
    """The command while it runs, its stdout to be read; killed at the end if it still does."""
    line = [*command, *map(str, flags)]
    with subprocess.Popen(
        line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process):
    """The exit code of a process that ends by itself, and what it complained of."""
    complaints = process.stderr.read()
    return process.wait(timeout=SECONDS), complaints


def test_each_face_of_a_moment_is_a_record_that_tells_when_and_who(run, short):
    done = run(short)
    assert done.returncode == 0
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert 1 <= len(records) <= 10, "at most the film's pictures"
    first = records[0]
    head = {"model": "toy", "threshold": 0.125, "started": first["started"]}
    assert list(first) == [*head, *csv_header([])[:-1], "probabilities", "error"]
    assert first.items() >= head.items()
    assert datetime.fromisoformat(first["started"]).tzinfo
    assert {(each["source"], each["face"], each["error"]) for each in records} == {
        ("room.mp4", 1, None)
    }
    times = [record["time"] for record in records]
    assert times == sorted(set(times))
    assert set(times) <= set(steady(10))
    assert re.fullmatch(r"Watching room\.mp4 since \S+; Ctrl\+C ends it\.\n", done.stderr)


def test_the_commands_of_the_document(documented, short, tmp_path):
    [block] = documented
    shutil.copy(short, tmp_path / "film.mp4")
    program = tmp_path / "fer"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m fer_system "$@"\n')
    program.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for line in block.code.splitlines():
        if "rtsp:" in line or ("| jq" in line and not shutil.which("jq")):
            continue
        line = line.replace("fer camera", "fer camera film.mp4").replace(":8090", ":0")
        line = line.replace("film.mp4 film.mp4", "film.mp4")
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-ec", line],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=2 * SECONDS,
        )
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout or " > " in line
    assert (tmp_path / "faces.csv").read_text().startswith("source,time,face,")
    assert json.loads((tmp_path / "faces.jsonl").read_text().splitlines()[0])["face"] == 1
    assert (tmp_path / "out.mp4").stat().st_size > 0


def test_a_record_is_as_the_document_shows_it(documented, short):
    [block] = documented
    line = [sys.executable, "-m", "fer_system", "camera", short]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=2 * SECONDS)
    shown, told = json.loads(block.code), json.loads(done.stdout.splitlines()[0])
    assert list(told) == list(shown)
    assert list(told["probabilities"]) == list(shown["probabilities"])
    assert (told["model"], told["threshold"]) == (shown["model"], shown["threshold"])


def test_csv_has_the_columns_of_all_tables_and_every_spaces_the_moments(run, short):
    done = run(short, "--csv", "--every", 0.4)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(rows[0]) == csv_header(list(rows[0])[12:-1])
    times = [float(row["time"]) for row in rows]
    assert len(times) <= 3
    assert all(after - before > 0.39 for before, after in pairwise(times))
    assert float(rows[0]["confidence"]) == float(rows[0][rows[0]["label"]])


def test_nobody_is_told_once(command, empty):
    with started(command, empty, "--annotate", "http://127.0.0.1:0") as process:
        record = json.loads(process.stdout.readline())
        assert (record["face"], record["label"], record["error"]) == (None, None, None)
        assert set(record["probabilities"].values()) == {None}
        address = re.search(r"at (\S+)", process.stderr.readline())[1]
        with httpx.stream("GET", address, timeout=SECONDS) as answer:
            pictures = pictures_of(answer)
            for _ in range(5):  # so it goes on
                next(pictures)
        process.terminate()
        assert process.stdout.read() == ""


@unless_on_windows
def test_ctrl_c_and_sigterm_end_it_and_leave_the_video_whole(subtests, command, long, tmp_path):
    for number, code in [(signal.SIGINT, 130), (signal.SIGTERM, 0)]:
        target = tmp_path / f"{number}.mp4"
        with subtests.test(signal=number), started(command, long, "--annotate", target) as process:
            lines = [process.stdout.readline() for _ in range(3)]
            process.send_signal(number)
            lines += process.stdout.readlines()
            assert ended(process)[0] == code
            assert all(json.loads(line)["face"] == 1 for line in lines)
            assert list(tmp_path.glob("*partial*")) == []
            film = read_film(target)
            frames = list(read_frames(target, film))
            assert len(frames) >= len(lines)
            moved = np.abs(frames[0].pixels.astype(int) - face_picture()).max(axis=2) > 60
            assert moved.mean() > 0.001, "the face is marked"


@unless_on_windows
def test_what_a_killed_one_leaves_of_the_video_can_be_played(command, long, tmp_path):
    with started(command, long, "--annotate", tmp_path / "out.mp4") as process:
        while not any(file.stat().st_size > 10_000 for file in tmp_path.iterdir()):
            assert process.stdout.readline(), process.stderr.read()
    [partial] = tmp_path.iterdir()
    assert partial.name == f"partial-{process.pid}-out.mp4"
    assert list(read_frames(partial, read_film(partial)))


def test_a_full_disk_is_a_sentence_and_no_video_passes_for_whole(run, long, tmp_path):
    with small_disk(tmp_path / "small", "40k") as small:
        done = run(long, "--annotate", small / "out.mp4")
        assert done.returncode == 2
        watching, complaint = done.stderr.splitlines()
        assert watching.startswith("Watching room.mp4 since ")
        assert complaint == "The output cannot be written (No space left on device)."
        assert not (small / "out.mp4").exists()


@unless_on_windows
def test_a_reader_who_has_enough_ends_it_even_where_nothing_is_to_be_told(
    subtests, command, long, empty
):
    for film in (long, empty):
        with subtests.test(film=film), started(command, film) as process:
            process.stdout.readline()
            process.stdout.close()
            code, complaints = ended(process)
            assert (code, complaints.count("\n")) == (0, 1), complaints


@pytest.mark.skipif(sys.platform != "linux", reason="how much a pipe holds is set on Linux alone")
def test_sigterm_ends_it_where_the_reader_has_stopped_reading(command, long):
    import fcntl
    import termios

    with started(command, long) as process:
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        room = len(os.read(process.stdout.fileno(), 10_000))
        waiting = bytearray(4)
        while int.from_bytes(waiting, "little") <= 4096 - room:
            assert process.poll() is None
            fcntl.ioctl(process.stdout, termios.FIONREAD, waiting)
        process.terminate()
        assert process.wait(timeout=SECONDS) == 0


def test_what_cannot_be_watched_is_one_sentence_and_exit_code_2(subtests, run, short, tmp_path):
    (tmp_path / "text.mp4").write_bytes(b"This is not a video.")
    write_song(tmp_path / "song.mp4")
    folder = tmp_path / "folder.mp4"
    folder.mkdir()
    for flags, words in [
        (["9"], "There is no camera 9; plug it in, or name another one."),
        (["/dev/null"], "/dev/null gives no pictures"),
        ([tmp_path / "none.mp4"], "none.mp4 cannot be read"),
        ([tmp_path / "text.mp4"], "text.mp4 is not a video"),
        ([tmp_path / "song.mp4"], "song.mp4 holds no moving pictures"),
        ([tmp_path], "is not a video"),
        (["http://ann:secret@127.0.0.1/"], "http://***@127.0.0.1/ is no address"),
        (["rtsp://ann:secret@127.0.0.1:9/live"], "rtsp://***@127.0.0.1:9/live refuses connections"),
        (["rtsp://nowhere.invalid/"], "rtsp://nowhere.invalid/ cannot be reached"),
        ([short, "--every", "0"], "--every is 0; give a number of seconds above 0."),
        ([short, "--every", "-2"], "--every is -2; "),
        ([short, "--every", "nan"], "--every is nan; "),
        ([short, "--every", "inf"], "--every is inf; "),
        ([short, "--annotate", "out.png"], "out.png is neither named like an MP4 file"),
        ([short, "--annotate", short], "is the input itself"),
        ([short, "--annotate", folder], "folder.mp4 is a folder; name a file in it."),
        ([short, "--annotate", "http://127.0.0.1"], "http://127.0.0.1 is no address for pictures"),
        ([short, "--annotate", "http://127.0.0.1:99999"], "is no address for pictures"),
        ([short, "--annotate", "http://nowhere.invalid:80"], "can't be served at"),
        ([short, "--annotate", "/dev/null/out.mp4"], "/dev/null cannot be written"),
        ([short, "--threshold", "2"], "The threshold is 2.0; "),
        ([short, "--model", "none.onnx"], "none.onnx"),
    ]:
        with subtests.test(flags=flags):
            done = run(*flags)
            assert (done.returncode, done.stdout) == (2, "")
            assert words in done.stderr
            assert done.stderr.count("\n") == 1
            assert "secret" not in done.stderr


def test_wrong_usage_tells_no_password_either(run):
    done = run("rtsp://host/", "rtsp://ann:secret@host/")
    assert done.returncode == 2
    assert "rtsp://***@host/" in done.stderr
    assert "secret" not in done.stderr


def test_a_picture_called_camera_is_a_picture_and_an_address_without_camera_is_explained(
    model_path, tmp_path
):
    program = [sys.executable, "-m", "fer_system", "--model", model_path, "--detector", "haar"]
    Image.fromarray(face_picture()).save(tmp_path / "camera", "PNG")
    options = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "text": True}
    for name in ("./camera", "camera"):  # the command is the first word alone
        done = subprocess.run([*program, name], stdout=subprocess.PIPE, **options)
        assert done.stdout.startswith("camera: ")
    address = ["rtsp://ann:secret@host/live"]
    done = subprocess.run([*program, *address], stderr=subprocess.PIPE, **options)
    assert (done.returncode, done.stderr) == (
        2,
        "rtsp://***@host/live is a camera: type fer camera before it.\n",
    )


def pictures_of(answer):
    """The pictures of Motion JPEG over HTTP, one after the other."""
    content = b""
    for part in answer.iter_raw():
        content += part
        while found := re.search(rb"Content-Length: (\d+)\r\n\r\n", content):
            end = found.end() + int(found[1])
            if len(content) < end:
                break
            yield Image.open(io.BytesIO(content[found.end() : end])).convert("RGB")
            content = content[end:]


def test_browsers_get_the_marked_pictures_and_other_sites_pages_do_not(command, long):
    with started(command, long, "--annotate", "http://127.0.0.1:0") as process:
        address = re.fullmatch(r"The pictures are at (\S+)\n", process.stderr.readline())[1]
        with httpx.stream("GET", address, timeout=SECONDS) as answer:
            assert answer.headers["Content-Type"].startswith("multipart/x-mixed-replace")
            pictures = pictures_of(answer)
            first, second = next(pictures), next(pictures)
        assert first.size == second.size == (320, 240)
        moved = np.abs(np.asarray(first).astype(int) - face_picture()).max(axis=2) > 60
        assert moved.mean() > 0.001
        assert httpx.get(f"{address}other").status_code == 404
        for host, status in [("evil.example", 421), ("[", 421)]:
            assert httpx.get(address, headers={"Host": host}).status_code == status
        taken = httpx.URL(address).port
        with started(command, long, "--annotate", f"http://127.0.0.1:{taken}") as other:
            code, complaint = ended(other)
        assert code == 2
        assert re.fullmatch(r".* can't be served at \(Address already in use\); .*\n", complaint)


def test_help_tells_the_exit_codes(run):
    helped = run("--help").stdout
    for words in ("rtsp://", "--every", "--annotate", "--csv", "--threshold", "exit codes:", "130"):
        assert words in helped
