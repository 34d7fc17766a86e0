"""What people get who install the library: built, put into an empty environment, used elsewhere."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

ROOT = Path(__file__).parents[2]
BIN = "Scripts" if os.name == "nt" else "bin"
NOWHERE = "http://127.0.0.1:9"


def pip(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "pip", "-q", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built out of the source distribution: so both can be built, and each is whole."""
    folder = tmp_path_factory.mktemp("wheel")
    builder = folder / "builder"
    if pip("install", "--target", builder, "hatchling>=1.27,<2").returncode:
        pytest.skip("pip cannot reach a registry, which building the wheel needs")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(builder)},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    [source] = folder.glob("*.tar.gz")
    made = pip(
        *("wheel", "--no-deps", "--no-build-isolation", "-w", folder, source),
        PYTHONPATH=str(builder),
    )
    assert made.returncode == 0, made.stderr
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """The folder of the programs of an environment with the wheel and what it asks for alone."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    python = next((folder / BIN).glob("python*"))
    installed = pip("--python", python, "install", "-c", ROOT / "constraints.txt", wheel)
    assert installed.returncode == 0, installed.stderr
    return folder / BIN


@pytest.fixture
def run(environment, tmp_path):
    """Run a program of the environment in a folder with a picture, without the internet."""
    Image.fromarray(data.astronaut()).save(tmp_path / "astronaut.png")
    alone = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    alone |= {"https_proxy": NOWHERE, "HTTPS_PROXY": NOWHERE, "XDG_CACHE_HOME": str(tmp_path)}

    def ran(program, *arguments):
        return subprocess.run(
            [environment / program, *arguments],
            cwd=tmp_path,
            env=alone,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return ran


def test_the_command_names_a_face_and_draws_its_emoji(run, tmp_path):
    ended = run("fer", "astronaut.png", "--annotate", "marked.png")
    assert ended.returncode == 0
    assert ended.stderr.startswith("The Haar cascade finds the faces, less well than YuNet would")
    assert str(tmp_path / "fer-system") in ended.stderr, "where YuNet's file may be put"
    assert ended.stderr.count("\n") == 1
    assert ended.stdout.startswith("astronaut.png: happy ")
    assert Image.open(tmp_path / "marked.png").size == (512, 512)
    assert run("fer", "--version").stdout.startswith("fer 0.")


def test_three_lines_of_python_name_a_face(run):
    code = (
        "from fer_system import DEFAULT_MODEL, Recognizer\n"
        "from fer_system.places import emoji_path\n"
        "[face] = Recognizer()('astronaut.png')\n"
        "print(face.label, DEFAULT_MODEL, emoji_path(face.label).is_file())"
    )
    ended = run("python", "-c", code)
    assert ended.stderr == ""
    label, model, has_emoji = ended.stdout.split()
    assert (label, has_emoji) == ("happy", "True")
    assert str(ROOT) not in model


def test_it_brings_its_types_and_licence_and_nothing_of_page_and_pipeline(run):
    code = (
        "from importlib.metadata import distributions, files\n"
        "print(*sorted({each.metadata['Name'].lower() for each in distributions()}))\n"
        "print(*(path.as_posix() for path in files('fer-system')))"
    )
    installed, files = run("python", "-c", code).stdout.splitlines()
    assert {"fer-system", "onnxruntime", "numpy"} <= set(installed.split())
    assert not {"gradio", "tensorflow", "mlflow", "jinja2", "pytest"} & set(installed.split())
    assert "fer_system/py.typed" in files
    assert "licenses/LICENSE" in files
    assert "licenses/NOTICE" in files
    assert not {path.split("/")[0] for path in files.split()} & {"web", "pipeline", "tests"}


def test_a_wrong_input_is_a_sentence(run):
    ended = run("fer", "none.png", "--detector", "haar")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("none.png: ")
    assert ended.stderr.count("\n") == 1
