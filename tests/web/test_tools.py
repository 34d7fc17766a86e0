"""The API's functions as tools of chat assistants, and what `--mcp` needs."""

import asyncio
import base64
import io
import json
import subprocess
import sys
import zipfile

import pytest
from PIL import Image
from skimage import data

from fer_system import Recognizer
from fer_system.records import describe_picture
from fer_system.results import Result
from tests.serving import APP, run_app, serve


@pytest.fixture(scope="module")
def call(model_path):
    """Call a tool by the protocol's own client; gives its answer."""
    mcp = pytest.importorskip("mcp", reason="the package mcp is not installed")
    from mcp.client.streamable_http import streamable_http_client

    with serve(model_path, "--mcp") as (address, _):

        async def called(tool, **arguments):
            url = f"{address}gradio_api/mcp/"
            async with (
                streamable_http_client(url) as (read, write, _),
                mcp.ClientSession(read, write) as session,
            ):
                await session.initialize()
                if tool is None:
                    return await session.list_tools()
                return await session.call_tool(tool, arguments)

        yield lambda tool=None, **arguments: asyncio.run(called(tool, **arguments))


@pytest.fixture(scope="module")
def astronaut():
    file = io.BytesIO()
    Image.fromarray(data.astronaut()).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def described(model_path):
    """The record of a picture by that name."""
    faces = tuple(Recognizer(model_path, "haar")(data.astronaut(), quality=True))
    return lambda name: describe_picture(Result(name, (512, 512), faces))


def address(content, kind):
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def test_the_tools_are_the_endpoints_and_describe_themselves(call):
    tools = {tool.name: tool.description for tool in call().tools}
    assert {"predict_image", "predict_images"} <= set(tools)
    assert all("faces" in description for description in tools.values())
    for tool in call().tools:
        for argument, schema in tool.inputSchema["properties"].items():
            assert schema["description"].endswith("."), (tool.name, argument)


def test_a_picture_is_answered_by_a_picture_and_json(call, astronaut, described):
    answer = call("predict_image", picture=address(astronaut, "image/png"))
    assert not answer.isError
    assert [part.type for part in answer.content] == ["image", "text", "text"]
    marked = Image.open(io.BytesIO(base64.b64decode(answer.content[0].data)))
    assert marked.size == (512, 512)
    assert json.loads(answer.content[2].text)["faces"] == described("file.png")["faces"]


def test_an_archive_is_answered_by_json(call, astronaut, described):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("1.png", astronaut)
    answer = call("predict_images", files=address(file.getvalue(), "application/zip"))
    [picture] = json.loads(answer.content[0].text)["pictures"]
    assert picture == described("1.png")


def test_a_wrong_file_is_refused_by_a_sentence(call):
    answer = call("predict_image", picture=address(b"This is no picture.", "image/png"))
    assert answer.isError
    assert answer.content[0].text.endswith("save it as JPEG or PNG.")


def test_tools_and_login_together_are_refused(model_path):
    ended = run_app("--model", model_path, "--detector", "haar", "--mcp", "--auth", "ann:secret")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1


def test_without_the_package_a_sentence_tells_what_to_install(model_path):
    code = (
        "import sys; sys.modules['mcp'] = None\n"  # as if it were not installed
        f"sys.argv = ['app.py', '--model', {str(model_path)!r}, '--mcp']\n"
        "import app; sys.exit(app.main())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=APP.parent, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "pip install" in ended.stderr
