"""Tab *Webcam*: the browser shows its camera, `route.py` tells what to draw over it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from fer_system.recognizer import Recognizer
from web import text


def webcam_tab(recognizer: Recognizer) -> None:
    """Lay out the tab, which webcam.js drives; call inside `gr.Blocks`."""
    with gr.Tab(text.label("WEBCAM_TAB")):
        gr.HTML(
            html_template=read("webcam.html"),
            js_on_load=read("webcam.js"),
            apply_default_css=False,
            elem_id="webcam",
            photographer=read("photographer.js"),
            classes=recognizer.classes,
            threshold=recognizer.threshold,
            texts={language: words(language, recognizer.classes) for language in text.TEXTS},
        )


def read(name: str) -> str:
    """The text of a file beside this one."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def words(language: str, classes: Sequence[str]) -> dict[str, Any]:
    """What webcam.js says in a language, and there the names of the classes."""
    with text.speaking(language):
        return text.WEBCAM | {"emotions": [text.emotion(name) for name in classes]}
