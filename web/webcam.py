"""Tab *Webcam*: the browser shows its camera, `live.py` tells what to draw over it."""

from pathlib import Path

import gradio as gr

from recognition.recognizer import Recognizer
from web import text

HERE = Path(__file__).parent


def webcam_tab(recognizer: Recognizer) -> None:
    """Lay out the tab, which webcam.js drives; call inside `gr.Blocks`."""
    with gr.Tab(text.WEBCAM_TAB):
        gr.HTML(
            html_template=(HERE / "webcam.html").read_text(encoding="utf-8"),
            js_on_load=(HERE / "webcam.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            elem_id="webcam",
            classes=recognizer.classes,
            threshold=recognizer.threshold,
            texts=text.WEBCAM | {"emotions": [text.emotion(name) for name in recognizer.classes]},
        )
