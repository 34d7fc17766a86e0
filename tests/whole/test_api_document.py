"""The calls of docs/api.md, and answers of the kind that it shows."""

import json
import re
import shutil
import sys
import zipfile

import pytest

from fer_system import DEFAULT_MODEL
from tests.clips import steady, write_clip
from tests.documents import REPOSITORY
from tests.serving import serve
from tests.whole.test_library import ADDRESS, run

EXAMPLES = REPOSITORY / "web" / "examples"


@pytest.fixture(scope="module")
def address():
    with serve(DEFAULT_MODEL, detector="auto") as (address, _):
        yield address.rstrip("/")


@pytest.fixture
def folder(tmp_path):
    """What the calls expect to find where they run."""
    shutil.copy(EXAMPLES / "happy.webp", tmp_path)
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        for name in ("happy", "sad"):
            archive.write(EXAMPLES / f"{name}.webp", f"{name}/1.webp")
    write_clip(tmp_path / "video.mp4", steady(10))
    return tmp_path


def form(value):
    """What an answer consists of: names and kinds of its parts, whatever they hold."""
    if isinstance(value, dict):
        return {name: form(part) for name, part in value.items()}
    if isinstance(value, list):
        return [form(part) for part in value]
    return "number" if isinstance(value, int | float) else type(value).__name__


def test_python_gets_answers_such_as_are_shown(documented, folder, address):
    calls = [block.code for block in documented if block.language == "python"]
    picture, album, video = (
        json.loads(block.code) for block in documented if block.language == "json"
    )
    calls += ["import json", "print(json.dumps([found, album, summary]))"]
    code = "\n".join(calls).replace(ADDRESS, address)
    printed = run([sys.executable, "-c", code], folder).splitlines()
    assert any("/predict_video" in line for line in printed)
    answers = json.loads(printed[-1])
    assert form(answers[0]) == form(picture)
    assert answers[0]["faces"][0]["label"] == picture["faces"][0]["label"]
    assert answers[1].pop("pictures")[0]["source"] == "happy/1.webp"
    assert not album.pop("pictures")
    assert answers[1] == album
    assert [sum(it["faces"][0].pop("shares").values()) for it in (answers[2], video)] == [
        pytest.approx(1, abs=0.01)
    ] * 2
    assert form(answers[2]) == form(video)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_same_by_plain_http(documented, folder, address):
    [block] = documented
    printed = run(["bash", "-ec", block.code.replace(ADDRESS, address)], folder)
    assert printed.startswith("event: complete\n")
    _, found = json.loads(re.search(r"^data: (.*)$", printed, re.MULTILINE)[1])
    assert found["threshold"] == 0.6
    assert found["faces"][0]["label"] == "happy"
