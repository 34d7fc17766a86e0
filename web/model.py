"""Tab *Model*: the card of the served model, from what its file says about itself."""

import gradio as gr

from fer_system.card import model_card
from fer_system.recognizer import Recognizer
from web import text
from web.html import component


def model_tab(recognizer: Recognizer) -> None:
    """Lay out the tab; call inside `gr.Blocks`."""
    with gr.Tab(text.label("MODEL_TAB"), id="model", elem_id="tab-model") as tab:
        card = component("", elem_id="model-card")
    # It is long: only who opens the tab waits for it.
    tab.select(
        lambda: model_card(recognizer.card, text.words()),
        None,
        card,
        api_visibility="private",
        show_progress="hidden",
        queue=False,
    )
