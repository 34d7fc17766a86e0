"""`labels: ferplus` trains and serves eight classes by the same pipeline and page."""

import csv
import json

import pytest
from gradio_client import Client, handle_file

from fer_system import Recognizer
from fer_system.emotions import FER2013, FERPLUS
from pipeline.data.ferplus import COLUMNS, REJECTIONS
from tests.serving import serve
from tests.workspace import REPOSITORY, Workspace

NAMES = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")


def write_votes(faces, path):
    """Nine of ten for each face's class, or for contempt on every other neutral face."""
    with faces.open(newline="") as source, path.open("w", newline="") as target:
        writer = csv.DictWriter(target, ("Usage", "Image name", *NAMES, *REJECTIONS), restval=0)
        writer.writeheader()
        for row, face in enumerate(csv.DictReader(source)):
            label = FER2013[int(face["emotion"])]
            voted = "contempt" if label == "neutral" and row % 2 else label
            writer.writerow({"Usage": face["Usage"], COLUMNS[voted]: 9, "unknown": 1})


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The folder of the champion that eight classes were promoted to."""
    workspace = Workspace(tmp_path_factory.mktemp("eight") / "clone", rows=210)
    workspace.replace("params.yaml", "models: [cnn, vgg, mobilenet]", "models: [vgg]")
    workspace.replace("params.yaml", "students: [student]", "students: []")
    workspace.replace("params.yaml", "labels: fer2013", "labels: ferplus")
    write_votes(workspace.root / "data" / "fer2013.csv", workspace.root / "data" / "fer2013new.csv")
    assert "contempt" in workspace.stage("convert")
    offline = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    workspace.stage("train", "vgg", **offline)
    workspace.stage("evaluate", "vgg", **offline)
    workspace.stage("promote", **offline)
    return workspace.root / "models"


def test_the_champion_and_its_card_know_eight_classes(models):
    assert Recognizer(models / "best.onnx", detector="haar").classes == FERPLUS
    card = json.loads((models / "best.json").read_text(encoding="utf-8"))
    assert card["classes"] == list(FERPLUS) == list(card["test_per_class"])


def test_the_page_gives_eight_probabilities(models):
    with serve(models / "best.onnx") as (address, _):
        client = Client(address, verbose=False)
        picture = handle_file(str(REPOSITORY / "web" / "examples" / "happy.webp"))
        _, found = client.predict(picture, api_name="/predict_image")
    (shown,) = found["faces"]
    assert tuple(shown["probabilities"]) == FERPLUS
