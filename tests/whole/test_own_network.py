"""What docs/own.md says of a network of one's own: a function, its options, a section of params."""

import json

from ruamel.yaml import YAML

from fer_system import Recognizer
from tests import documents
from tests.workspace import Workspace


def example(language, words):
    """The one block of docs/own.md in `language` that contains `words`."""
    return documents.example("docs/own.md", language, words)


def test_the_network_of_the_document_is_trained_promoted_and_served(tmp_path):
    workspace = Workspace(tmp_path / "clone", rows=210)
    networks = workspace.root / "pipeline" / "learning" / "networks.py"
    with networks.open("a", encoding="utf-8") as file:
        file.write("\n\n" + example("python", "def separable"))
    known, options = (
        "Network = Annotated[Cnn | Vgg | MobileNet",
        example("python", "class Separable"),
    )
    workspace.replace("pipeline/foundation/params.py", known, f"{options}\n\n{known} | Separable")
    yaml = YAML()
    params = yaml.load(workspace.root / "params.yaml")
    section = yaml.load(example("yaml", "separable:"))
    section["train"]["separable"]["epochs"] = 1
    params["models"], params["students"] = section["models"][-1:], []
    params["train"].update(section["train"])
    yaml.dump(params, workspace.root / "params.yaml")
    workspace.run("dvc", "repro", "promote")
    card = json.loads((workspace.root / "models" / "best.json").read_text(encoding="utf-8"))
    assert card["model"] == "separable"
    served = Recognizer(workspace.root / "models" / "best.onnx", detector="haar")
    assert served.card.model == "separable"
    assert served.card.data_hash == card["data_hash"]
