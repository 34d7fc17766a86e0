"""Tab *Webcam*: the browser shows its camera, `route.py` tells what to draw over it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from fer_system.recognizer import Recognizer
from web import text
from web.scripts import entry

TEMPLATE = Path(__file__).with_name("webcam.html")
WEBCAM_STYLE = Path(__file__).with_name("webcam.css")


def webcam_tab(recognizer: Recognizer, on_device: bool) -> None:
    """Lay out the tab, which main.js drives; call inside `gr.Blocks`.

    With `on_device` the browser recognises by itself, and the server gets no picture.
    """
    with gr.Tab(text.label("WEBCAM_TAB"), id="webcam", elem_id="tab-webcam"):
        gr.HTML(
            html_template=TEMPLATE.read_text(encoding="utf-8"),
            js_on_load=entry("/webcam/main.js"),
            apply_default_css=False,
            elem_id="webcam",
            **properties(recognizer, on_device),
        )


def properties(recognizer: Recognizer, on_device: bool) -> dict[str, Any]:
    """What main.js has to know."""
    return {
        "classes": recognizer.classes,
        "model": recognizer.card.model,
        "fingerprint": recognizer.fingerprint,
        "threshold": recognizer.threshold,
        "onDevice": on_device,
        "texts": {language: words(language, recognizer.classes) for language in text.TEXTS},
    }


def words(language: str, classes: Sequence[str]) -> dict[str, Any]:
    """What the tab says in a language, and there the names of the classes."""
    with text.speaking(language):
        return text.WEBCAM | {"emotions": [text.emotion(name) for name in classes]}
