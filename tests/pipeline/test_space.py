"""The folder for a Hugging Face Space is whole, says what the Hub asks for, and serves the page."""

import re
import shlex
import shutil
import subprocess
import sys

import httpx
import pytest
from gradio_client import Client, handle_file
from PIL import Image
from ruamel.yaml import YAML
from skimage import data

from pipeline import space
from pipeline.foundation.errors import MissingFileError
from tests.documents import REPOSITORY
from tests.mlflow_server import free_port
from tests.serving import serve

NOWHERE = "http://127.0.0.1:9"
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
"""Those that the Hub knows: https://huggingface.co/docs/hub/spaces-config-reference"""


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("space") / "out"
    space.write_space(folder)
    return folder


@pytest.fixture(scope="module")
def page(out, tmp_path_factory):
    """A copy of the Space as the Hub starts it, without the internet; gives its address."""
    port = free_port()
    copy = shutil.copytree(out, tmp_path_factory.mktemp("hub") / "app")
    hub = {"SYSTEM": "spaces", "SPACE_ID": "someone/faces", "SPACE_HOST": "someone-faces.hf.space"}
    server = {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": str(port)}
    alone = {"PYTHONPATH": "", "https_proxy": NOWHERE, "HTTPS_PROXY": NOWHERE}
    # The flags that `serve` adds are dropped: a Space is started without any.
    with serve("-", program=("start.py",), cwd=copy, **hub, **server, **alone):
        yield f"http://127.0.0.1:{port}/"


def test_the_space_answers_a_picture_out_of_its_own_files_alone(page, tmp_path):
    Image.fromarray(data.astronaut()).save(tmp_path / "astronaut.png")
    client = Client(page, verbose=False)
    _, found = client.predict(handle_file(tmp_path / "astronaut.png"), api_name="/predict_image")
    assert any(abs(face["left"] - 175) < 40 for face in found["faces"])


def test_the_hub_may_show_the_page_in_its_frame_and_nobody_else_may(page):
    rules = httpx.get(page).headers["content-security-policy"]
    assert "frame-ancestors 'self' https://huggingface.co" in rules.split("; ")


def test_the_settings_are_such_as_the_hub_takes(out):
    readme = (out / "README.md").read_text(encoding="utf-8")
    settings = YAML(typ="safe").load(readme.split("---\n")[1])
    assert settings["sdk"] == "gradio"
    assert f"gradio=={settings['sdk_version']}" in space.page_requirements()
    assert {settings["colorFrom"], settings["colorTo"]} <= COLOURS
    assert len(settings["short_description"]) <= 60
    assert (out / settings["app_file"]).is_file()
    [(low, high)] = re.findall(
        r'requires-python = ">=3\.(\d+),<3\.(\d+)"', space.read("pyproject.toml")
    )
    major, minor = map(int, settings["python_version"].split("."))
    assert (3, int(low)) <= (major, minor) < (3, int(high))


def test_every_package_that_the_page_asks_for_is_pinned(out):
    asked = re.findall(r"^[\w-]+", space.read("requirements-app.txt"), re.MULTILINE)
    lines = (out / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {line.partition("==")[0] for line in lines} == {*asked}


def test_no_file_is_too_large_for_git_and_every_binary_one_goes_by_lfs(out):
    rules = (out / ".gitattributes").read_text(encoding="utf-8")
    for path in filter(lambda path: path.is_file(), out.rglob("*")):
        content = path.read_bytes()
        assert len(content) < 10_000_000, path
        assert b"\0" not in content or f"*{path.suffix} filter=lfs" in rules, path


def test_the_commands_of_the_documents_write_it(documented, out, tmp_path):
    for number, block in enumerate(documented):
        python, *command = shlex.split(block.code.splitlines()[0], comments=True)
        assert (python, command[-1]) == ("python", "../fer-space")
        written = tmp_path / str(number)
        subprocess.run([sys.executable, *command[:-1], written], cwd=REPOSITORY, check=True)
        assert content(written) == content(out)


def content(folder):
    """The bytes of every file, by its path."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_nothing_is_written_over_or_without_a_champion(monkeypatch, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "diary.txt").touch()
    with pytest.raises(space.SpaceError, match="out is not empty; empty it, or name another"):
        space.write_space(tmp_path / "out")
    monkeypatch.setattr(space, "REPOSITORY", tmp_path)
    with pytest.raises(MissingFileError, match=r"models/best\.onnx is missing; run `dvc repro`"):
        space.write_space(tmp_path / "new")
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "diary.txt"]


def test_a_space_that_fails_half_way_leaves_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.setattr(space, "FILES", (*space.FILES, "no such file"))
    with pytest.raises(space.SpaceError, match="No such file or directory; mend that, or name"):
        space.write_space(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
