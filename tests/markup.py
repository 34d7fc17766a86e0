"""The page's own HTML as a tree, read strictly: every element is closed where it should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"img", "input", "br", "meta", "link"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def all(self, tag, style=None):
        """Every element below with this tag and, where given, this style class."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                styles = (child.attributes.get("class") or "").split()
                if child.tag == tag and (style is None or style in styles):
                    found.append(child)
                found += child.all(tag, style)
        return found

    @property
    def text(self):
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(" ".join(parts).split())


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = [Element("root")]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        assert len(element.attributes) == len(attrs), f"<{tag}> has an attribute twice"
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        self.open[-1].children.append(data)


def read(html):
    """The root of the tree; AssertionError where an element is not closed in its place."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    (root,) = reader.open
    return root
