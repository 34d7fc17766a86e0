"""`make sample` on three classes of one's own: learned, promoted, served, nothing else touched."""

import json
import shutil

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from drawings.portrait.random_face import draw_face
from fer_system import Recognizer
from tests.serving import serve
from tests.workspace import BIN, REPOSITORY, Workspace

CLASSES = {"Happy": "happy", "sehr müde": "sad", "驚いた": "surprise"}
"""Names of folders, and what the faces in them show."""
FACES = 45

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A fresh clone in which `make sample` found class folders without splits at data/sample."""
    workspace = Workspace(tmp_path_factory.mktemp("own") / "clone", rows=21)
    root = workspace.root
    for place, (name, shown) in enumerate(CLASSES.items()):
        folder = root / "data" / "sample" / name
        folder.mkdir(parents=True)
        for number in range(FACES):
            rng = np.random.default_rng([place, number])
            face = draw_face(shown, rng, size=int(rng.integers(40, 70)), colour=True)
            Image.fromarray(face).save(folder / f"{number}.jpg", quality=90)
    shutil.copyfile(REPOSITORY / "params.yaml", root / "params.yaml")
    # Fewer faces, so smaller batches: batch norm needs some hundred steps.
    workspace.replace(
        "params.yaml", "batch_size: 32\n    epochs: 25", "batch_size: 4\n    epochs: 12"
    )
    workspace.commit("small batches")
    workspace.as_if_installed()
    workspace.output = workspace.run("make", "sample", BIN)
    return workspace


@pytest.fixture(scope="module")
def model(workspace):
    return workspace.root / "data" / "sample.onnx"


def test_three_classes_are_learned_and_told_apart_in_faces_never_seen(model):
    recognizer = Recognizer(model, detector="haar")
    assert recognizer.classes == ("happy", "sehr müde", "驚いた")
    assert recognizer.card.model == "small"
    assert sum(recognizer.card.details["faces"]["test"].values()) == 3 * 4
    assert recognizer.card.test.accuracy > 2 / 3


def test_nothing_of_ones_own_is_changed_and_what_to_do_next_is_said(workspace):
    assert workspace.run("git", "status", "--porcelain") == ""
    assert "app.py --model data/sample.onnx" in workspace.output
    assert "val is missing: 12 faces of train became it" in workspace.output
    experiments = json.loads(workspace.run("dvc", "exp", "show", "--json"))
    names = [run["name"] for entry in experiments for run in entry["experiments"] or []]
    assert names == ["sample"]


def test_the_page_follows(model):
    with serve(model) as (address, _):
        client = Client(address, verbose=False)
        picture = handle_file(str(REPOSITORY / "web" / "examples" / "happy.webp"))
        _, found = client.predict(picture, api_name="/predict_image")
    (shown,) = found["faces"]
    assert tuple(shown["probabilities"]) == ("happy", "sehr müde", "驚いた")
