"""The page as a folder for a Hugging Face Space: its code, the champion, pinned requirements.

`python -m pipeline.space OUT` writes it, and deploy/README.md tells how it is uploaded. What a
Space has of its own lies in deploy/space/.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from pathlib import Path
from string import Template

from pipeline.foundation.errors import MissingFileError, PipelineError, run
from pipeline.foundation.params import REPOSITORY

OWN = "deploy/space"
"""The folder of what only a Space has: README.md with its settings, and the program it starts."""
FOLDERS = "fer_system", "web", "emojis"
MODEL = "models/best.onnx"
FILES = "app.py", "LICENSE", "NOTICE", MODEL
NOT_OF_THE_PAGE = shutil.ignore_patterns("__pycache__", "partial-*", "page.png", "static")
"""README's screenshot and the page without a server are not shown by the page."""


class SpaceError(PipelineError):
    """No Space is written, and what lay at the place is still there."""


def pinned(requirements: str, constraints: str) -> list[str]:
    """The lines of `constraints` on the packages that `requirements` names, markers and all."""
    names = set(re.findall(r"^[\w.-]+", requirements, re.MULTILINE))
    return [line for line in constraints.splitlines() if line.partition("==")[0] in names]


def page_requirements() -> list[str]:
    """What the page needs, each package in the version it is tested with."""
    return pinned(*(read(name) for name in ("requirements-app.txt", "constraints.txt")))


def read(name: str) -> str:
    """The text of a file of the repository."""
    return (REPOSITORY / name).read_text(encoding="utf-8")


def fill(folder: Path) -> None:
    """Make `folder` with all that the Space needs; OSError where that cannot be."""
    shutil.copytree(REPOSITORY / OWN, folder, ignore=NOT_OF_THE_PAGE)
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=NOT_OF_THE_PAGE)
    for name in FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(REPOSITORY / name, folder / name)
    lines = page_requirements()
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    [gradio] = (line.partition("==")[2] for line in lines if line.startswith("gradio=="))
    readme = Template(read(f"{OWN}/README.md")).substitute(sdk_version=gradio)
    (folder / "README.md").write_text(readme, encoding="utf-8")


def write_space(folder: Path) -> None:
    """Write the Space into `folder`, which must be new or empty; it is whole or not there.

    Raises MissingFileError without a champion, SpaceError where `folder` cannot be written.
    """
    if not (REPOSITORY / MODEL).is_file():
        raise MissingFileError(f"{MODEL} is missing; run `dvc repro`, which trains and promotes it")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise SpaceError(f"{folder} is not empty; empty it, or name another folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="partial-") as beside:
            made = Path(beside) / "space"
            fill(made)
            made.replace(folder)
    except OSError as error:
        raise SpaceError(
            f"{folder} cannot be written: {error.strerror}; mend that, or name another folder"
        ) from None


def main() -> None:
    """Write the folder and say what comes next."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.space", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write, new or empty")
    out = parser.parse_args().out
    write_space(out)
    print(f"{out} is ready. To upload it: hf upload OWNER/NAME {out} --type space")


if __name__ == "__main__":
    run(main)
