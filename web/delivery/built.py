"""What Gradio built for browsers, and which of it a page needs first: read from the files.

A browser learns from each script which others it needs, five round trips deep, and asks for six at
a time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

FRONTEND = Path(gr.__file__).parent / "templates" / "frontend"
ASSETS = FRONTEND / "assets"

NAME = r"[\w.-]+"
ENTRY = re.compile(rf'<script type="module" crossorigin src="\./assets/({NAME})">')
STYLE = re.compile(rf'<link rel="stylesheet" crossorigin href="\./assets/({NAME})">')
LISTED = re.compile(r"m\.f=\[([^\]]*)\]")
"""All files that a script may load in the course of time."""
LOADED = rf"import\(`\./({NAME})`\).*?__vite__mapDeps\(\[([\d,]*)\]\)"
"""Where it loads another script, and which of those files that one needs."""
OF_PAGE = r"(?=import\(`\./Blocks-)"
"""Before the one that shows a page's components; another shows Gradio's login."""
OF_KIND = r"\b{kind}:{{.*?component:.*?"
"""Before the one for a kind of component."""


@dataclass(frozen=True)
class Needs:
    """Names of files in ASSETS: scripts without which a visitor cannot begin, and styles.

    Each in its order, `styles` with those that the page names by itself.
    """

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


def needs(config: dict[str, Any]) -> Needs:
    """What a page needs: scripts for what is seen first, and styles for all of it.

    Nothing, where another version of Gradio is built in another way: then browsers find out.
    """
    page = (FRONTEND / "index.html").read_text(encoding="utf-8")
    entry, style = ENTRY.search(page), STYLE.search(page)
    if entry is None or style is None:
        return Needs()
    shell = [entry[1], style[1], *_loaded(entry[1])]
    shell += [name for script in shell for name in _loaded(script, OF_PAGE)]
    first, whole = (
        dict.fromkeys([*shell, *(name for kind in kinds for name in _component(shell, kind))])
        for kinds in (kinds_seen(config, False), kinds_seen(config, True))
    )
    return Needs(
        tuple(name for name in first if name.endswith(".js")),
        tuple(name for name in whole if name.endswith(".css")),
    )


def kinds_seen(config: dict[str, Any], wholly: bool) -> list[str]:
    """The kinds of components of a page, from above; unless `wholly`, in its first tab alone."""
    components = {each["id"]: each for each in config["components"]}

    def walk(nodes: list[dict[str, Any]]) -> Iterator[str]:
        for node in nodes:
            component = components[node["id"]]
            if component["props"].get("visible") is False:
                continue
            kind = component["type"]
            yield kind
            children = node.get("children") or []
            yield from walk(children if wholly or kind != "tabs" else children[:1])

    return list(dict.fromkeys(["column", *walk(config["layout"]["children"])]))


def _component(shell: list[str], kind: str) -> Iterator[str]:
    for script in shell:
        yield from _loaded(script, OF_KIND.format(kind=kind))


def _loaded(script: str, where: str = "") -> Iterator[str]:
    """What a script loads, after `where`, a pattern, with all that this needs."""
    if not script.endswith(".js"):
        return
    code = (ASSETS / script).read_text(encoding="utf-8")
    listed = LISTED.search(code)
    if listed is None:
        return
    names = re.findall(rf"\./({NAME})", listed[1])
    for name, numbers in re.findall(where + LOADED, code):
        yield name
        yield from (names[int(number)] for number in numbers.split(",") if number)
