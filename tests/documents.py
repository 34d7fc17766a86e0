"""What the documents show: their blocks of code, their headings, their links."""

import re
from pathlib import Path
from textwrap import dedent

REPOSITORY = Path(__file__).parents[1]
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)


def documents():
    """README, CONTRIBUTING, CHANGELOG and all that lies in docs/ and in deploy/."""
    names = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "deploy/README.md"]
    return [*(REPOSITORY / name for name in names), *sorted((REPOSITORY / "docs").glob("*.md"))]


def example(document, language, words):
    """The one block of `document` in `language` that contains `words`."""
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    [found] = [code for _, kind, code in FENCED.findall(text) if kind == language and words in code]
    return dedent(found)


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
