"""`python -m fer_system`, started as people start it."""

import contextlib
import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from fer_system import Recognizer
from fer_system.__main__ import main
from fer_system.detector import YUNET_FILE
from fer_system.records import describe_face
from tests.clips import steady, write_clip

ROOT = Path(__file__).parents[2]

with_yunet = pytest.mark.skipif(
    not YUNET_FILE.is_file(), reason="YuNet's file has not been downloaded"
)


@pytest.fixture(scope="module")
def command(model_path):
    return [sys.executable, "-m", "fer_system", "--model", str(model_path), "--detector", "haar"]


@pytest.fixture(scope="module")
def run(command):
    """Run the command line to its end; gives its exit code and what it wrote, as bytes."""

    def ran(*flags, **options):
        return subprocess.run(
            [*command, *map(str, flags)], cwd=ROOT, capture_output=True, timeout=120, **options
        )

    return ran


@pytest.fixture
def folder(tmp_path):
    """Pictures in folders: one that shows happiness, one broken, one without a face."""
    folder = tmp_path / "pictures"
    for name in ("happy", "other"):
        (folder / name).mkdir(parents=True)
    Image.fromarray(data.astronaut()).save(folder / "happy" / "10.png")
    (folder / "happy" / "2.png").write_bytes(b"This is not a picture.")
    Image.new("RGB", (300, 200), "gray").save(folder / "other" / "1.png")
    return folder


@pytest.fixture
def astronaut(tmp_path):
    Image.fromarray(data.astronaut()).save(tmp_path / "astronaut.png")
    return tmp_path / "astronaut.png"


def test_a_picture_gives_a_line_for_every_face(run, astronaut):
    ended = run(astronaut)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.startswith(b"astronaut.png: ")
    assert ended.stdout.count(b"\n") == 1


def test_a_picture_may_come_through_a_pipe(run, astronaut):
    ended = run("-", "--json", input=astronaut.read_bytes())
    assert ended.returncode == 0
    found = json.loads(ended.stdout)
    assert (found["source"], found["width"], len(found["faces"])) == ("-", 512, 1)
    assert run("-", input=b"").returncode == 1


@with_yunet
def test_a_picture_that_had_to_be_turned_says_so(run, tmp_path):
    Image.fromarray(np.rot90(data.astronaut())).save(tmp_path / "lying.png")
    ended = run(tmp_path / "lying.png", "--json", "--detector", "yunet")
    assert ended.stderr == b"lying.png: turned clockwise by 90 degrees to find faces.\n"
    found = json.loads(ended.stdout)
    assert (found["turned"], len(found["faces"])) == (90, 1)


@with_yunet
def test_small_faces_are_found_where_the_detail_is_high_enough(run, tmp_path):
    picture = np.full((1200, 2560, 3), 120, np.uint8)
    picture[500:580, 900:980] = Image.fromarray(data.astronaut()[20:220, 120:320]).resize((80, 80))
    Image.fromarray(picture).save(tmp_path / "small.png")
    for detail, faces in (("fast", 0), ("normal", 1)):
        ended = run(tmp_path / "small.png", "--json", "--detector", "yunet", "--detail", detail)
        assert len(json.loads(ended.stdout)["faces"]) == faces
    assert b"--detail" in run(tmp_path / "small.png", "--detail", "best").stderr


def test_a_folder_as_json_is_a_line_per_picture_and_one_of_figures(run, folder, model_path):
    ended = run(folder, "--json")
    assert ended.returncode == 1, "one picture is broken"
    bad, good, faceless, last = map(json.loads, ended.stdout.splitlines())
    assert [bad["source"], good["source"], faceless["source"]] == [
        "happy/2.png",
        "happy/10.png",
        "other/1.png",
    ]
    assert bad["error"].endswith(".")
    assert ended.stderr.decode().splitlines() == [f"happy/2.png: {bad['error']}"]
    assert faceless["faces"] == []
    [face] = Recognizer(model_path, "haar")(data.astronaut(), quality=True)
    assert good["faces"][0] == describe_face(face, 1, "happy/10.png")
    assert (good["model"], good["threshold"]) == ("toy", 0.125)
    assert last["figures"]["faces"] == last["figures"]["unreadable"] == 1
    assert last["figures"]["unknown"] == {"other": 1}
    assert last["figures"]["accuracy"] == float(face.label == "happy")


def test_a_folder_as_csv_is_a_table_and_nothing_else(run, folder):
    ended = run(folder, "--csv")
    rows = list(csv.DictReader(io.StringIO(ended.stdout.decode())))
    assert [(row["source"], row["face"]) for row in rows] == [
        ("happy/2.png", ""),
        ("happy/10.png", "1"),
        ("other/1.png", ""),
    ]
    assert rows[0]["error"].endswith(".")
    assert float(rows[1]["confidence"]) == float(rows[1][rows[1]["label"]])
    assert b"Accuracy" in ended.stderr


def test_a_folder_for_people_ends_with_its_figures(run, folder):
    *lines, last = run(folder).stdout.decode().splitlines()
    assert lines[-1] == "other/1.png: no face"
    assert last.startswith("Accuracy ")
    counted, warning = last.split(" Warning: ")
    assert counted.endswith("1 unreadable, 1 in folders that name no class.")
    assert re.search(r"\(95 % interval \d+\.\d% to \d+\.\d%\), macro-F1 ", counted)
    assert warning.startswith("one face is few")


def test_other_files_in_a_folder_are_counted_and_no_fault(run, folder):
    (folder / "happy" / "2.png").unlink()
    for name in ("notes.txt", "happy/table.csv"):
        (folder / name).write_bytes(b"x")
    for flags in ([], ["--json"], ["--csv"]):
        ended = run(folder, *flags)
        assert ended.returncode == 0
        assert b"2 files were left aside" in ended.stderr
        assert b"notes" not in ended.stdout


def test_a_name_too_long_to_draw_to_costs_that_picture(run, astronaut, tmp_path):
    with zipfile.ZipFile(tmp_path / "long.zip", "w") as archive:
        for name in ("1.png", "b" * 300 + ".png", "c" * 250 + ".png"):
            archive.write(astronaut, name)
    ended = run(tmp_path / "long.zip", "--json", "--annotate", tmp_path / "out")
    assert ended.returncode == 1
    first, second, third = map(json.loads, ended.stdout.splitlines())
    assert second["error"] == "The name is too long; give the picture a shorter one."
    assert first["error"] is third["error"] is None
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"1.png", "c" * 250 + ".png"}


def test_an_archive_is_read_like_a_folder(run, folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in sorted(folder.rglob("*.png")):
            archive.write(path, path.relative_to(folder))
    assert run(tmp_path / "all.zip", "--csv").stdout == run(folder, "--csv").stdout


def test_drawn_pictures_go_where_they_are_asked_to(run, folder, astronaut, tmp_path):
    assert run(astronaut, "--annotate", tmp_path / "new" / "drawn.jpg").returncode == 0
    drawn = np.asarray(Image.open(tmp_path / "new" / "drawn.jpg"), int)
    assert 0.001 < (np.abs(drawn - data.astronaut()).max(axis=2) > 60).mean() < 0.3

    run(folder, "--annotate", tmp_path / "out")
    made = {path.relative_to(tmp_path / "out").as_posix() for path in tmp_path.rglob("out/*/*")}
    assert made == {"happy/10.png", "other/1.png"}


def test_wrong_usage_is_a_sentence_and_exit_code_2(subtests, run, astronaut, tmp_path):
    (tmp_path / "folder.png").mkdir()
    for flags, words in [
        (["--annotate", "{input}"], "is the input itself"),
        (["--annotate", str(tmp_path / "folder.png")], "folder.png is a folder; name a file in it"),
        (["--annotate", "drawn.txt"], "not named like a picture"),
        (["--threshold", "nan"], "The threshold is nan; give a number from 0 to 1."),
        (["--threshold", "much"], "invalid float value"),
        (["--json", "--csv"], "not allowed with"),
        (["--detector", "none.detector"], "none.detector"),
        (["--model", "none.onnx"], "none.onnx"),
        (["--annotate", "/dev/null/drawn.png"], "cannot be written"),
    ]:
        with subtests.test(flags=flags, words=words):
            ended = run(astronaut, *[flag.format(input=astronaut) for flag in flags])
            assert ended.returncode == 2
            assert words in ended.stderr.decode()
            assert b"Traceback" not in ended.stderr


def test_what_cannot_be_read_is_a_sentence_and_exit_code_1(run, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.zip").write_bytes(b"text")
    for name in ("empty", "bad.zip", "none.zip", "none.png", "long" * 100):
        ended = run(tmp_path / name)
        assert (ended.returncode, ended.stdout) == (1, b"")
        assert ended.stderr.count(b"\n") == 1
        assert name.encode() in ended.stderr


def test_a_video_gives_a_line_for_every_face_and_what_is_asked_for(run, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", steady(10))
    assert re.match(
        rf"{re.escape(str(clip))}: face 1, 0\.0 s to 1\.0 s: ", run(clip).stdout.decode()
    )
    rows = list(csv.DictReader(io.StringIO(run(clip, "--csv").stdout.decode())))
    assert [float(row["time"]) for row in rows] == pytest.approx(steady(10))
    marked = tmp_path / "new folder" / "out.mp4"
    described = json.loads(run(clip, "--json", "--annotate", marked).stdout)
    assert described["summary"]["frames"] == len(described["frames"]) == 10
    assert marked.stat().st_size > 0


def test_a_video_that_is_none_and_a_wrong_target_are_sentences(run, tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"This is not a video.")
    ended = run(tmp_path / "broken.mp4")
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"not a video this program can read" in ended.stderr
    ended = run(tmp_path / "broken.mp4", "--annotate", tmp_path / "out.png")
    assert ended.returncode == 2
    assert b"not named like an MP4 file" in ended.stderr
    (tmp_path / "folder.mp4").mkdir()
    ended = run(tmp_path / "broken.mp4", "--annotate", tmp_path / "folder.mp4")
    assert ended.returncode == 2
    assert b"folder.mp4 is a folder; name a file in it." in ended.stderr


def test_help_tells_the_exit_codes(run):
    helped = run("--help").stdout.decode()
    for words in ("--json", "--csv", "--annotate", "--threshold", "exit codes", "  1  something"):
        assert words in helped


@pytest.mark.skipif(os.name == "nt", reason="pipes break differently on Windows")
def test_a_reader_who_has_enough_ends_it_quietly(command, folder):
    read, written = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [*command, str(folder), "--csv"], cwd=ROOT, stdout=written, stderr=subprocess.PIPE
    )
    os.close(written)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals on Windows")
def test_people_at_a_terminal_see_how_far_it_is(command, folder, tmp_path):
    screen, terminal = os.openpty()
    with (tmp_path / "out.csv").open("wb") as file:
        subprocess.run([*command, str(folder), "--csv"], cwd=ROOT, stdout=file, stderr=terminal)
    os.close(terminal)
    # The end of a terminal is an error.
    with os.fdopen(screen, "rb", buffering=0) as file, contextlib.suppress(OSError):
        seen = bytearray()
        while part := file.read(10_000):  # a part of what was written, under load
            seen += part
    assert b"2 of 3 pictures" in seen


def test_it_can_be_called_from_python_too(model_path, astronaut, capsys):
    code = main([str(astronaut), "--model", str(model_path), "--detector", "haar", "--json"])
    assert code == 0
    assert json.loads(capsys.readouterr().out)["source"] == "astronaut.png"
