"""The page's texts: every language has all of them, and a visitor gets the own one."""

import re

import pytest

from web import text

PLACEHOLDER = re.compile(r"{\w+(?::[^}]*)?}")


def flat(entries, prefix=""):
    """Every sentence by its place."""
    for name, entry in entries.items() if isinstance(entries, dict) else enumerate(entries):
        if isinstance(entry, str):
            yield f"{prefix}{name}", entry
        else:
            yield from flat(entry, f"{prefix}{name}.")


ENGLISH = dict(flat(text.TEXTS["en"]))


def test_the_page_speaks_seven_languages():
    assert set(text.TEXTS) == {"ar", "de", "en", "es", "fr", "hi", "zh-CN"}


@pytest.mark.parametrize("language", text.TEXTS)
def test_a_language_has_every_text_with_its_placeholders(language):
    texts = dict(flat(text.TEXTS[language]))
    assert list(texts) == list(ENGLISH)
    for name, sentence in texts.items():
        assert sentence, name
        expected = sorted(PLACEHOLDER.findall(ENGLISH[name]))
        assert sorted(PLACEHOLDER.findall(sentence)) == expected, name


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("fi,sv;q=0.8", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fi;q=0.9, ES ;q=0.8, en", "es"),
        ("zh-TW,zh;q=0.9", "zh-CN"),
        ("en-GB,fr;q=0.9", "en"),
    ],
)
def test_the_first_known_language_that_a_browser_asks_for_is_taken(accepted, language):
    assert text.best_language(accepted) == language


def test_texts_are_in_the_language_that_is_spoken():
    with text.speaking("de"):
        assert text.TEXTS["de"]["PICTURE_TAB"] == text.PICTURE_TAB
        assert text.emotion("happy") == text.TEXTS["de"]["EMOTIONS"]["happy"]
    assert text.TEXTS["en"]["PICTURE_TAB"] == text.PICTURE_TAB


def test_numbers_are_written_as_the_language_does():
    written = {}
    for language in ("en", "de"):
        with text.speaking(language):
            written[language] = [text.number(28709), text.decimal(0.7014, 3), text.rate(0.716)]
    assert written["en"] == ["28,709", "0.701", "71.6\N{NO-BREAK SPACE}%"]
    assert written["de"] == ["28.709", "0,701", "71,6\N{NO-BREAK SPACE}%"]


def test_an_unknown_text_is_an_error_and_an_unknown_class_keeps_its_name():
    with pytest.raises(AttributeError, match=r"en\.json has no entry NO_SUCH"):
        _ = text.NO_SUCH
    assert text.emotion("very_bored") == "Very bored"


def test_gradio_gets_the_texts_of_all_languages_and_their_cousins():
    translations = text.translations().translations_dict
    assert translations["zh-TW"] == translations["zh-CN"]
    for language, texts in text.TEXTS.items():
        assert translations[language]["PICTURE_TAB"] == texts["PICTURE_TAB"]
