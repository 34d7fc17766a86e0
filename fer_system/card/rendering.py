"""Templates -> HTML: Jinja2 with autoescape, for the card and for those who add their own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .values import values_of
from .words import Words

if TYPE_CHECKING:
    from jinja2 import Environment

    from ..classifier import ModelCard

TEMPLATES = Path(__file__).with_name("templates")
STYLE = Path(__file__).with_name("card.css")
"""Colours and radii are the variables of Gradio's theme; a page without Gradio defines them."""


@cache
def environment(*folders: Path) -> Environment:
    """Renders the templates of `folders`, which may import macros.html and the card's own."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def model_card(card: ModelCard, words: Words) -> str:
    """A section for everything that the model file tells, in the language of `words`."""
    return environment().get_template("card.html").render(values_of(card, words), text=words)
