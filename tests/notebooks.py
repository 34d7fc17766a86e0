"""Notebooks, run as Jupyter runs them."""

import nbformat
from nbclient import NotebookClient

from tests.documents import Block


def run_notebook(block: Block, root):
    """Run all cells in the clone at `root`; gives what each shows, by the cell's id."""
    notebook = nbformat.reads(block.code, as_version=4)
    where = {"metadata": {"path": str(root / "notebooks")}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=where).execute()
    return {cell["id"]: cell.get("outputs", []) for cell in notebook.cells}
