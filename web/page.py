"""The whole page: title, one tab per file, footer."""

import math
from pathlib import Path
from typing import Any

import gradio as gr

from fer_system.card import STYLE, emoji_styles
from fer_system.recognizer import Recognizer
from web import text
from web.api import describe_api
from web.folder.tab import FolderTab
from web.guard.jobs import Jobs
from web.html import HEAD, component, render
from web.model import model_tab
from web.picture import PictureTab
from web.threshold import THRESHOLD_STYLE, threshold_control
from web.video import VideoTab
from web.webcam.tab import WEBCAM_STYLE, webcam_tab

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONO = ("ui-monospace", "Consolas", "monospace")
"""Fonts that are there already."""

TABS = Path(__file__).with_name("tabs.js")
GRADIOS_WORDS = Path(__file__).with_name("words.js")

LAUNCH_OPTIONS: dict[str, Any] = {
    "theme": gr.themes.Default(
        primary_hue="indigo", neutral_hue="slate", radius_size="lg", font=FONTS, font_mono=MONO
    ).set(  # readable: of every text and what it stands on, one is 4.5 times as bright
        body_text_color_subdued="*neutral_500",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_cancel_background_fill=gr.themes.colors.red.c600,
        button_cancel_background_fill_hover=gr.themes.colors.red.c700,
    ),
    "css_paths": [STYLE, WEBCAM_STYLE, THRESHOLD_STYLE, Path(__file__).with_name("style.css")],
    "footer_links": ["api"],
    "head": HEAD,
    "max_file_size": "200mb",  # for videos; pictures have a limit of their own
    # Faces are personal: no history in the browser, no public monitoring, no paths in messages.
    "run_history": False,
    "enable_monitoring": False,
    "show_error": False,
    "ssr_mode": False,
    # Gradio keeps 0.1 MB of every page and of every call of the API, of 10,000 by itself. It holds
    # nothing that this page needs once a job is done.
    "state_session_capacity": 100,
}
"""What `launch` takes besides the address; theme and style belong there since Gradio 6."""


def build_app(recognizer: Recognizer, minutes: float, on_device: bool = False) -> gr.Blocks:
    """The page for one recogniser; `launch` it with LAUNCH_OPTIONS.

    It says that files are kept for so many `minutes`; deleting them is up to the caller. With
    `on_device` it has but the tabs that need no picture of the visitor's.
    """
    with gr.Blocks(title=text.TITLE, analytics_enabled=False) as app:
        component(emoji_styles(recognizer.classes))
        component(header, js_on_load=GRADIOS_WORDS.read_text(encoding="utf-8"))
        threshold = threshold_control(recognizer, on_device)
        with gr.Tabs(overflow_behavior="wrap"):  # a menu would hide tabs on telephones
            if not on_device:
                PictureTab(recognizer, threshold)
            webcam_tab(recognizer, on_device)
            if not on_device:
                VideoTab(recognizer, threshold)
                FolderTab(recognizer, threshold)
            model_tab(recognizer)
        component(
            lambda: footer(recognizer, minutes, on_device),
            elem_id="fer-footer",
            js_on_load=TABS.read_text(encoding="utf-8"),
        )
    # Not open: whoever ran a job without the queue would pass by its limits.
    app.queue(default_concurrency_limit=2, max_size=64, api_open=False)
    Jobs(app._queue)
    describe_api(app)
    return app


def forget_files(app: gr.Blocks, paths: set[str]) -> None:
    """Tell Gradio that files are gone, which would remember their names for ever."""
    for known in app.temp_file_sets:
        known.difference_update(paths)


def header() -> str:
    """The page's title, and for words.js what is said in place of Gradio's English.

    Not before there is a visitor: what was said in English would not be said again.
    """
    if not text.has_visitor():
        return render("title.html", words=None)
    camera = {name: text.WEBCAM[name] for name in ("start", "denied", "missing", "insecure")}
    words = text.GRADIO | {"error": text.ERROR, **camera, "busyCamera": text.WEBCAM["busy"]}
    return render("title.html", words=words)


def footer(recognizer: Recognizer, minutes: float, on_device: bool) -> str:
    """What the answers are worth, what becomes of pictures, and, folded up, what gives them."""
    card = recognizer.card
    facts = {
        text.FOOTER_MODEL: card.model,
        text.FOOTER_COMMIT: card.git_commit[:8],
        text.FOOTER_DATA: card.data_hash[:8],
        text.FOOTER_DETECTOR: text.FOOTER_DETECTORS[recognizer.detector_name],
        text.FOOTER_LICENCE: text.FOOTER_LICENCE_WORDS,
    }
    caution = (
        text.FOOTER_ON_DEVICE
        if on_device
        else text.FOOTER_CAUTION.format(minutes=text.number(math.ceil(minutes)))
    )
    accuracy = text.FOOTER_HOW.format(accuracy=text.rate(card.test.accuracy))
    return render("footer.html", facts=facts, caution=caution, accuracy=accuracy)
