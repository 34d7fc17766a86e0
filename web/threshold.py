"""The page's one threshold, for all tabs: how probable an emotion must be before it is named.

Without a choice of the visitor's it is None, which stands for what was measured with the model.
"""

import math
from pathlib import Path
from typing import Any

import gradio as gr

from fer_system.errors import RecognitionError
from fer_system.recognizer import Recognizer, check_threshold
from web import text
from web.html import TEMPLATES
from web.scripts import entry

TEMPLATE = TEMPLATES / "threshold.html"
THRESHOLD_STYLE = Path(__file__).with_name("threshold.css")


def threshold_control(recognizer: Recognizer, on_device: bool) -> gr.HTML:
    """Lay out the control, whose value is the threshold, and whose `change` tells of another.

    For the webcam, webcam/threshold.js holds the same value in the browser.
    """
    control = gr.HTML(
        label="threshold",  # as the API calls it
        html_template=TEMPLATE.read_text(encoding="utf-8"),
        js_on_load=entry("/webcam/threshold.js"),
        apply_default_css=False,
        elem_id="threshold",
        **properties(recognizer, on_device),
    )
    control.preprocess = asked_threshold  # type: ignore[method-assign,assignment]
    control.api_info = describe  # type: ignore[method-assign]
    control.example_payload = lambda: 0.6  # type: ignore[method-assign]
    return control


def properties(recognizer: Recognizer, on_device: bool) -> dict[str, Any]:
    """What webcam/threshold.js has to know of the control."""
    return {
        "threshold": recognizer.threshold,
        "turnedThreshold": recognizer.card.turned_threshold,
        "onDevice": on_device,
        "words": {language: words.THRESHOLD for language, words in text.WORDS.items()},
    }


def asked_threshold(payload: object) -> float | None:
    """The threshold that the page or a caller of the API sent, 0..1; gr.Error where it is none."""
    if payload is None or payload == "":  # as Gradio 6.31 sends null from the page
        return None
    try:
        return check_threshold(payload if isinstance(payload, int | float) else math.nan)
    except RecognitionError as error:
        raise text.alert(text.error(error)) from error


def describe() -> dict[str, Any]:
    """What the API says that it takes, as JSON Schema."""
    return {
        "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "null"}],
        "additional_description": "0 to 1; null for the model's own",
    }
