"""What the page's one threshold takes, and what it tells the browser."""

import gradio as gr
import pytest

from web import text
from web.threshold import asked_threshold, properties


def test_a_share_is_taken_as_it_is_and_nothing_stands_for_the_models_own(subtests):
    for payload in (None, 0, 0.25, 1):
        with subtests.test(payload=payload):
            assert asked_threshold(payload) == payload
    assert asked_threshold("") is None  # as Gradio 6.31 sends null from the page


def test_what_is_no_share_is_refused_by_a_sentence(subtests):
    for payload in (-0.1, 1.5, float("nan"), float("inf"), "0.5", [0.5], {}):
        with subtests.test(payload=payload), pytest.raises(gr.Error, match=r"from 0 to 1\."):
            asked_threshold(payload)


def test_the_browser_gets_the_models_own_threshold_and_the_words_of_every_language(recognizer):
    told = properties(recognizer, on_device=False)
    assert told["threshold"] == recognizer.threshold
    assert set(told["words"]) == set(text.TEXTS)
    assert told["words"]["de"] == text.TEXTS["de"]["THRESHOLD"]
