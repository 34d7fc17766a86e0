"""The documents lead to what is there, and the README is short."""

from tests.documents import REPOSITORY, anchors, documents, links

LINES, WIDTH = 200, 120


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
