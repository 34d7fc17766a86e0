"""The page's HTML: templates filled with plain values, which Jinja2 escapes, as components."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from fer_system.card import environment
from web import text

TEMPLATES = Path(__file__).with_name("templates")
HEAD = Path(__file__).with_name("head.html").read_text(encoding="utf-8")
"""What Gradio adds to the head of its page, in the browser."""


def render(template: str, **values: Any) -> str:  # noqa: ANN401
    """A file of templates/ filled with `values`; `text` in it is the module web.text."""
    return environment(TEMPLATES).get_template(template).render(values, text=text)


def data(value: Any) -> Markup:  # noqa: ANN401
    """JSON that a template writes as an element's text, for a script to read."""
    written = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for sign in "&<>":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(written)


def note(sentence: str) -> str:
    """A sentence in place of, or above, the cards; screen readers speak it when it changes."""
    return render("note.html", sentence=sentence)


def component(
    content: str | Callable[[], str], elem_id: str | None = None, js_on_load: str | None = None
) -> gr.HTML:
    """A component for the page's own HTML, dressed by style.css alone.

    What holds words is a function, called for every visitor, so that it is in their language.
    """
    if isinstance(content, str):
        return gr.HTML(content, elem_id=elem_id, apply_default_css=False, js_on_load=js_on_load)
    made = component(content(), elem_id, js_on_load)
    gr.on(
        None,
        content,
        None,
        made,
        api_visibility="private",
        show_progress="hidden",
        queue=False,
    )
    return made
