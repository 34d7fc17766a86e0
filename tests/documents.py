"""What the documents show: their blocks of code, their headings, their links.

A comment on the lines before a block, which nobody sees who reads the rendered page, is its mark.
It says which test runs the block, or why none does:

    <!-- run by tests/whole/test_library.py::test_plain_http -->
    <!-- run in part by tests/whole/test_start.py::test_make_doctor: installing takes minutes -->
    <!-- compared by tests/whole/test_api_document.py::test_an_answer -->
    <!-- not run: it needs two machines -->

A test takes its blocks out of the documents by the fixture `documented`, which finds them by these
marks. So it runs what people read, and a mark that names another test is found out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

REPOSITORY = Path(__file__).parents[1]
FENCED = re.compile(
    r"(?:^ *<!-- (?P<mark>[^>]+) -->\n)?"
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>(?s:.*?))^(?P=indent)```",
    re.MULTILINE,
)
MARK = re.compile(
    r"(?:(?P<how>run|run in part|compared) by (?P<test>tests/\S+\.py::\w+)|not run)"
    r"(?:: (?P<reason>\S.+))?"
)
PROMPT = "$ "
DRAWN = ("", "mermaid")
"""Languages of what nobody types."""


@dataclass(frozen=True)
class Block:
    """A block of code of a document, or a whole notebook, whose mark stands in its first cell.

    `place` is the document and the line; `language` is empty where none is named.
    """

    place: str
    language: str
    code: str
    mark: str

    @property
    def is_typed(self) -> bool:
        """Whether it is commands, code or settings, and not only what something printed."""
        return self.language not in DRAWN or bool(self.commands)

    @property
    def commands(self) -> list[str]:
        """What stands behind a prompt, without comments."""
        lines = [line for line in self.code.splitlines() if line.startswith(PROMPT)]
        return [line.removeprefix(PROMPT).partition(" #")[0].strip() for line in lines]

    @property
    def test(self) -> str:
        """The test that the mark names, or nothing."""
        found = MARK.fullmatch(self.mark)
        return (found["test"] if found else None) or ""


def documents():
    """README, CONTRIBUTING, CHANGELOG and all that lies in docs/ and in deploy/."""
    names = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "deploy/README.md"]
    return [*(REPOSITORY / name for name in names), *sorted((REPOSITORY / "docs").glob("*.md"))]


def blocks(document, text):
    """Every block of code in the Markdown `text` of a document, in order."""
    return [
        Block(
            f"{document}:{text.count(chr(10), 0, found.start('language')) + 1}",
            found["language"],
            dedent(found["code"]),
            " ".join((found["mark"] or "").split()),
        )
        for found in FENCED.finditer(text)
    ]


def notebook(document, text):
    """The notebook with the content `text`."""
    first = "".join(json.loads(text)["cells"][0]["source"])
    mark = re.search(r"<!-- ([^>]+) -->", first)
    return Block(f"{document}:1", "notebook", text, mark[1] if mark else "")


@cache
def all_blocks():
    """Every block of code of every document, and every notebook."""
    found = []
    for path in [*documents(), *sorted((REPOSITORY / "notebooks").glob("*.ipynb"))]:
        name, text = path.relative_to(REPOSITORY).as_posix(), path.read_text(encoding="utf-8")
        found += [notebook(name, text)] if path.suffix == ".ipynb" else blocks(name, text)
    return found


def anchors(text):
    """The ids that GitHub gives the headings of `text`."""
    found = []
    for heading in re.findall(r"^#+ +(.+)$", FENCED.sub("", text), re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        repeated = sum(re.fullmatch(rf"{name}(-\d+)?", other) is not None for other in found)
        found.append(f"{name}-{repeated}" if repeated else name)
    return found


def links(text):
    """Where the links and pictures of `text` lead, but for addresses on the internet."""
    prose = re.sub(r"`[^`\n]*`", "", FENCED.sub("", text))
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]
