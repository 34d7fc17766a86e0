"""What docs/own.md says of a network of one's own: a function, its options, a section of params."""

import json

from ruamel.yaml import YAML

from fer_system import Recognizer
from tests.workspace import Workspace


def test_the_network_of_the_document_is_trained_promoted_and_served(documented, tmp_path):
    network, options, section = (block.code for block in documented)
    workspace = Workspace(tmp_path / "clone", rows=210)
    networks = workspace.root / "pipeline" / "learning" / "networks.py"
    with networks.open("a", encoding="utf-8") as file:
        file.write(f"\n\n{network}")
    known = "Network = Annotated[Cnn | Vgg | MobileNet"
    workspace.replace("pipeline/foundation/params.py", known, f"{options}\n\n{known} | Separable")
    yaml = YAML()
    params = yaml.load(workspace.root / "params.yaml")
    section = yaml.load(section)
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
