"""The documents lead to what is there, every command is run by a test, and the README is short."""

import ast
import importlib.util
import re
import textwrap

import pytest
from ruamel.yaml import YAML

from tests.documents import MARK, REPOSITORY, all_blocks, anchors, blocks, documents, links

LINES, WIDTH = 200, 120
TYPED = [block for block in all_blocks() if block.is_typed]
MARKED = sorted({block.test for block in TYPED if block.test})
PLACES = ("examples/*.py", "deploy/*", "deploy/space/*", ".github/workflows/*", ".devcontainer/*")
NAMING = [path for path in documents() if path.name != "CHANGELOG.md"]  # which tells of the past
NAMING += [path for place in PLACES for path in sorted(REPOSITORY.glob(place)) if path.is_file()]
NAMING = [*dict.fromkeys(NAMING)]


def test_every_link_leads_to_a_file_and_to_a_heading_that_is_there():
    for document in documents():
        for link in links(document.read_text(encoding="utf-8")):
            path, _, anchor = link.partition("#")
            target = (document.parent / path).resolve() if path else document
            assert target.exists(), f"{document.name}: {link}"
            if anchor:
                assert anchor in anchors(target.read_text(encoding="utf-8")), (
                    f"{document.name}: {link}"
                )


def test_the_contents_list_names_every_document():
    contents = REPOSITORY / "docs" / "README.md"
    listed = links(contents.read_text(encoding="utf-8"))
    others = {path.name for path in contents.parent.glob("*.md")} - {contents.name}
    assert others <= set(listed), "docs/README.md does not name all of docs/"


def test_the_readme_can_be_read_in_a_few_minutes_and_in_any_editor():
    lines = (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LINES
    for number, line in enumerate(lines, start=1):
        assert len(line) <= WIDTH or line.startswith("|"), f"README.md, line {number}"


def test_an_anchor_is_made_as_github_makes_it():
    text = (
        "# A `code`, and more\n```sh\n# no heading\n```\n## Twice\n## Twice\n## On the visitor's\n"
    )
    assert anchors(text) == ["a-code-and-more", "twice", "twice-1", "on-the-visitors"]


def is_sound(mark):
    """Whether a mark is one that tests/documents.py lists, with a reason where it needs one."""
    found = MARK.fullmatch(mark)
    return bool(found) and bool(found["reason"]) == (found["how"] in (None, "run in part"))


def takes_its_blocks(test):
    """Whether the function `tests/file.py::name` is there and uses the fixture `documented`."""
    file, _, name = test.partition("::")
    if not (REPOSITORY / file).is_file():
        return False
    tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
    return any(
        "documented" in [argument.arg for argument in function.args.args]
        and any(getattr(node, "id", "") == "documented" for node in ast.walk(function))
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and function.name == name
    )


@pytest.mark.parametrize("block", TYPED, ids=lambda block: block.place)
def test_a_block_says_which_test_runs_it_or_why_none_does(block):
    assert is_sound(block.mark), f"{block.place} needs a mark; tests/documents.py lists them."


@pytest.mark.parametrize("test", MARKED)
def test_a_test_that_a_mark_names_takes_its_blocks_out_of_the_documents(test):
    assert takes_its_blocks(test), f"There is no {test} that uses `documented`."


def test_a_mark_that_is_wrong_is_found_out():
    here = "tests/test_documents.py"
    assert not takes_its_blocks("tests/test_nothing.py::test_a")
    assert not takes_its_blocks(f"{here}::test_a")
    assert not takes_its_blocks(f"{here}::test_a_mark_that_is_wrong_is_found_out")
    assert is_sound(f"run by {here}::test_a")
    assert is_sound("not run: too long")
    for mark in (
        "",
        "run by test_a",
        "not run",
        f"run in part by {here}::a",
        f"run by {here}::a: b",
    ):
        assert not is_sound(mark)


def test_blocks_are_found_with_their_marks():
    text = """\
        # A
        <!-- not run: too
          long -->
        ```sh
        make a
        ```

        - b

          ```python
          c
          ```
        ```
        printed
        ```
        ```
        $ typed   # so
        printed
        ```
        """
    first, second, third, fourth = blocks("a.md", textwrap.dedent(text))
    assert (first.place, first.mark, first.code) == ("a.md:4", "not run: too long", "make a\n")
    assert (second.language, second.mark, second.code) == ("python", "", "c\n")
    assert [block.is_typed for block in (first, second, third, fourth)] == [True, True, False, True]
    assert fourth.commands == ["typed"]


def typed_words(path):
    """All that a document sets as code: its blocks, and what stands between backticks.

    Of other files everything.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md":
        return text
    found = [block.code for block in blocks(path.name, text)]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return "\n".join(found + re.findall(r"`([^`]+)`", prose))


def is_module(name):
    """Whether `python -m name` would find it, in the repository or in what is installed."""
    package, path = name.partition(".")[0], REPOSITORY / name.replace(".", "/")
    if (REPOSITORY / package).is_dir():
        return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
    return importlib.util.find_spec(name) is not None


@pytest.mark.parametrize("path", NAMING, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_targets_modules_programs_and_stages_that_a_file_names_are_there(path):
    words = typed_words(path)
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"(?:^|[`\":;&] ?)(?:sudo )?make ([a-z][a-z-]*)", words, re.M)) <= targets
    modules = set(re.findall(r"python3? -m\s+([\w.]*\w)", words)) - {"pipeline.NAME"}
    assert [name for name in modules if not is_module(name)] == []
    programs = set(re.findall(r"python3? ([\w/]+\.py)", words))
    places = (REPOSITORY, path.parent)
    assert [name for name in programs if not any((at / name).is_file() for at in places)] == []
    stages = YAML(typ="safe").load(REPOSITORY / "dvc.yaml")["stages"]
    assert set(re.findall(r"dvc repro ([a-z][a-z-]*)", words)) <= {*stages}
