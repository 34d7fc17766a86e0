"""The model card as HTML, by one template for the page and for the pipeline's report.

`model_card(card, Words(CARD_TEXTS["de"]))` gives it in German; STYLE is the style sheet that it
needs. Jinja2 is imported when something is rendered, so that the library does without it elsewhere.
"""

from .emojis import damaged_emojis, emoji_styles
from .rendering import STYLE, environment, model_card
from .words import CARD_TEXTS, ENGLISH, Words, read_texts

__all__ = [
    "CARD_TEXTS",
    "ENGLISH",
    "STYLE",
    "Words",
    "damaged_emojis",
    "emoji_styles",
    "environment",
    "model_card",
    "read_texts",
]
