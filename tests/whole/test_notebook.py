"""The notebooks are kept without what they showed, and a student can run them."""

import shutil

import nbformat
import pytest

from fer_system import DEFAULT_MODEL, Recognizer
from pipeline.foundation.params import REPOSITORY
from tests.notebooks import run_notebook
from tests.workspace import Workspace

OF_THE_PIPELINE = ("tensorflow", "keras", "pandas", "sklearn", "scipy", "skimage", "mlflow", "dvc")
"""What `make app` does not install."""
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_valid_and_holds_no_output(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell["cell_type"] == "code"]
    assert cells
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells)


def printed(outputs):
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


def test_a_face_is_followed_to_its_heat_map_without_a_dataset_and_with_one(documented, tmp_path):
    [notebook] = documented
    workspace = Workspace(tmp_path / "clone", rows=21)
    (workspace.root / "models").mkdir()
    shutil.copy(DEFAULT_MODEL, workspace.root / "models")
    without = f"import sys; sys.modules.update(dict.fromkeys({OF_THE_PIPELINE}))"
    (tmp_path / "sitecustomize.py").write_text(without)
    shown = run_notebook(notebook, workspace.root, PYTHONPATH=str(tmp_path))
    drawn = {cell for cell, outputs in shown.items() if outputs and "data" in outputs[-1]}
    assert {"found", "seen", "probabilities", "confusion", "real", "heat", "covered"} <= drawn
    assert "answer: happy" in printed(shown["probabilities"])
    assert "nothing is measured here" in printed(shown["measured"])
    workspace.stage("convert")
    measured = run_notebook(notebook, workspace.root)["measured"]
    reported = sum(map(sum, Recognizer().card.details["test_confusion"]))
    assert "image/png" in measured[-1]["data"]
    assert f"Faces measured: 7, reported: {reported}" in printed(measured)
