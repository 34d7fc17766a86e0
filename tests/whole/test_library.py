"""The examples of README.md and docs/library.md, word for word, on a page that a test serves."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from fer_system import DEFAULT_MODEL
from tests.clips import steady, write_clip
from tests.serving import serve

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:7860"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def folder(tmp_path):
    """What the examples expect to find where they run."""
    (tmp_path / "pictures" / "happy").mkdir(parents=True)
    Image.fromarray(data.astronaut()).save(tmp_path / "picture.jpg")
    shutil.copy(tmp_path / "picture.jpg", tmp_path / "pictures" / "happy" / "1.jpg")
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        archive.write(tmp_path / "picture.jpg", "happy/1.jpg")
    write_clip(tmp_path / "video.mp4", steady(10))
    return tmp_path


@pytest.fixture(scope="module")
def address():
    with serve(DEFAULT_MODEL) as (address, _):
        yield address.rstrip("/")


def run(command, folder):
    """Run `command` in `folder`, without the internet; gives what it printed."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "https_proxy": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
    }
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_three_lines_of_python_name_every_face(documented, folder):
    for block in documented:
        printed = run([sys.executable, "-c", block.code], folder)
        assert printed.count("\n") == 1
        assert "'happy': " in printed


def test_a_video_is_marked(documented, folder):
    [block] = documented
    printed = run([sys.executable, "-c", block.code], folder)
    *_, done, table = printed.splitlines()
    assert done == "1.0 seconds done"
    assert Path(table).parent == Path()
    assert {path.name for path in folder.glob("marked*")} == {"marked.mp4", "marked.json", table}
    assert re.fullmatch(r"marked-student-threshold-.*\.csv", table)


def test_any_number_of_pictures(documented, folder):
    [block] = documented
    (folder / "many.py").write_text(block.code)
    printed = run([sys.executable, "many.py"], folder)
    assert printed.splitlines() == ["pictures/happy/1.jpg happy "]


@pytest.mark.skipif(os.name == "nt", reason="the examples are for a Unix shell")
def test_the_command_line(documented, folder):
    [block] = documented
    installed = folder / "fer"  # what `pip install .` makes; test_wheel tries the real one
    installed.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fer_system "$@"\n')
    installed.chmod(0o755)
    printed = run(["bash", "-ec", f"PATH=$PWD:$PATH\n{block.code}"], folder)
    first, last, piped = printed.splitlines()
    assert first.startswith("picture.jpg: happy")
    assert json.loads(last)["figures"]["accuracy"] == 1
    assert piped.startswith("-: happy")
    assert (folder / "faces.csv").read_text().startswith("source,time,face,")
    assert (folder / "marked.mp4").stat().st_size > 0
    assert Image.open(folder / "marked.jpg").size == (512, 512)


def test_gradio_client(documented, folder, address):
    [block] = documented
    printed = run([sys.executable, "-c", block.code.replace(ADDRESS, address)], folder)
    assert "'label': 'happy'" in printed
    assert "'accuracy': 1.0" in printed


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_plain_http(documented, folder, address):
    [block] = documented
    printed = run(["bash", "-ec", block.code.replace(ADDRESS, address)], folder)
    assert printed.startswith("event: complete")
    assert '"label": "happy"' in printed
    assert json.loads(printed.splitlines()[-1])["status"] == "ok"


def test_the_tools_of_a_chat_assistant_are_where_it_says(documented, folder):
    pytest.importorskip("mcp", reason="the package mcp is not installed")
    [block] = documented
    url = json.loads(block.code)["mcpServers"]["fer"]["url"]
    with serve(DEFAULT_MODEL, "--mcp") as (address, _):
        client = (
            "import asyncio, sys\n"
            "from mcp import ClientSession\n"
            "from mcp.client.streamable_http import streamable_http_client\n"
            "async def main():\n"
            "    async with streamable_http_client(sys.argv[1]) as (read, write, _):\n"
            "        async with ClientSession(read, write) as session:\n"
            "            await session.initialize()\n"
            "            print([tool.name for tool in (await session.list_tools()).tools])\n"
            "asyncio.run(main())"
        )
        url = url.replace(ADDRESS, address.rstrip("/"))
        assert "predict_images" in run([sys.executable, "-c", client, url], folder)
