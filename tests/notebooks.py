"""Notebooks, run as Jupyter runs them."""

import os

import nbformat
from nbclient import NotebookClient

from tests.documents import Block


def run_notebook(block: Block, root, **environment):
    """Run all cells in the clone at `root`; gives what each shows, by the cell's id."""
    notebook = nbformat.reads(block.code, as_version=4)
    where = {"metadata": {"path": str(root / "notebooks")}}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=where)
    client.execute(env=os.environ | environment)
    return {cell["id"]: cell.get("outputs", []) for cell in notebook.cells}
