"""Every word of the page: `text.NO_FACE` is the entry NO_FACE of a file in `texts/`.

Its language is the one that the visitor's browser asks for, and so is that of what `words()` has
besides texts: `text.percent(0.5)`. Only what Gradio's components are called is translated in the
browser, by Gradio itself: `text.label("PICTURE_TAB")` is for these.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from string import Formatter
from typing import Any

import gradio as gr
from gradio.context import LocalContext
from gradio.i18n import I18nData

from fer_system.card import CARD_TEXTS, ENGLISH, Words, read_texts
from fer_system.errors import RecognitionError
from fer_system.recognizer import Face

COUSINS = {"zh-TW": "zh-CN"}
"""Languages that Gradio knows and we do not, and the one that comes close."""

TEXTS: dict[str, dict[str, Any]] = {
    language: CARD_TEXTS.get(language, {}) | texts
    for language, texts in read_texts(Path(__file__).with_name("texts")).items()
}
"""Texts by language, which is called as browsers and Gradio call it; with those of the card."""

WORDS = {language: Words(TEXTS[ENGLISH] | texts) for language, texts in TEXTS.items()}
"""The same, a missing translation in English."""

_labels: set[str] = set()
"""Texts that components are called by."""
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """What the words of the moment's language have under that name."""
    return getattr(words(), name)


def words() -> Words:
    """The texts in the language of the moment, and how it writes numbers."""
    return WORDS[current_language()]


def current_language() -> str:
    """That of `speaking`, else what the browser of the request at hand asks for, else English."""
    request = LocalContext.request.get(None)
    header = request.headers.get("accept-language", "") if request else ""
    return _spoken.get() or best_language(header)


def has_visitor() -> bool:
    """Whether a request is at hand, whose language counts."""
    return LocalContext.request.get(None) is not None


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this context the texts are in `language`."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def best_language(accepted: str) -> str:
    """The first language of an Accept-Language header that there are texts in, else English.

    A browser names them in order. Any kind of Chinese gets the one that there is.
    """
    known = {language.partition("-")[0]: language for language in TEXTS}
    wanted = (re.split("[;-]", part)[0].strip().lower() for part in accepted.split(","))
    return next((known[language] for language in wanted if language in known), ENGLISH)


def label(name: str) -> Any:  # noqa: ANN401, Gradio 6.31 declares I18nData for some uses alone
    """The text of that name for a component of Gradio's, which translates it in the browser."""
    assert name in TEXTS[ENGLISH], name
    _labels.add(name)
    return I18nData(name)


def translations() -> gr.I18n:
    """What `launch` takes as `i18n`, and the page holds: what components are called."""
    plain = {
        language: {name: texts[name] for name in sorted(_labels & texts.keys())}
        for language, texts in TEXTS.items()
    }
    cousins = {other: plain[known] for other, known in COUSINS.items() if known in plain}
    return gr.I18n(**plain, **cousins)


def alert(sentence: str) -> gr.Error:
    """What to raise to have Gradio show a sentence, its heading in the language of the moment."""
    return gr.Error(sentence, title=words().ERROR, print_exception=False)


def error(refusal: RecognitionError) -> str:
    """What is wrong, in the language of the moment; English where there is no translation.

    File names and the system's own words stay as they are; what a picture without a name is called
    has a translation too.
    """
    known = words().RECOGNITION_ERRORS
    values = {
        name: known.get(value, value) if isinstance(value, str) else value
        for name, value in refusal.values.items()
    }
    return _Sentence().vformat(known.get(refusal.template, refusal.template), (), values)


class _Sentence(Formatter):
    """Fills templates as `str.format` does, and writes numbers as the language of the moment."""

    def format_field(self, value: object, format_spec: str) -> str:
        written = format(value, format_spec)
        if not isinstance(value, int | float):
            return written
        signs = {",": words().THOUSANDS_SIGN, ".": words().DECIMAL_SIGN}
        return written.translate(str.maketrans(signs))


def face_count(count: int) -> str:
    """How many faces were found, as a sentence."""
    return (words().ONE_FACE if count == 1 else words().FACES).format(count=count)


def face_label(face: Face) -> str:
    """What is written beside a face in a picture: its emotion and how probable that is."""
    spoken = words()
    if face.uncertain:
        return str(spoken.UNCERTAIN)
    return f"{spoken.emotion(face.label)} {spoken.percent(face.confidence)}"


def clock(seconds: float) -> str:
    """A time as minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
