"""The page's texts: every language has all of them, and a visitor gets the own one."""

import ast
import re
from pathlib import Path

import pytest

import fer_system
import fer_system.video
from fer_system.errors import FolderError, RecognitionError
from fer_system.picture import UNNAMED, PictureError
from fer_system.results import Result
from web import text
from web.folder.overview import row

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


def test_a_language_has_every_text_with_its_placeholders(subtests):
    for language in text.TEXTS:
        with subtests.test(language=language):
            texts = dict(flat(text.TEXTS[language]))
            assert list(texts) == list(ENGLISH)
            for name, sentence in texts.items():
                assert sentence, name
                expected = sorted(PLACEHOLDER.findall(ENGLISH[name]))
                assert sorted(PLACEHOLDER.findall(sentence)) == expected, name


def test_the_first_known_language_that_a_browser_asks_for_is_taken(subtests):
    for accepted, language in [
        ("", "en"),
        ("*", "en"),
        ("fi,sv;q=0.8", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fi;q=0.9, ES ;q=0.8, en", "es"),
        ("zh-TW,zh;q=0.9", "zh-CN"),
        ("en-GB,fr;q=0.9", "en"),
    ]:
        with subtests.test(accepted=accepted, language=language):
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


def templates():
    """The first argument of every RecognitionError that is made in `fer_system`."""
    names = {kind.__name__ for kind in (RecognitionError, *RecognitionError.__subclasses__())}
    for path in Path(fer_system.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in names:
                yield ast.literal_eval(node.args[0])


def test_every_sentence_that_recognition_refuses_with_is_translated():
    assert set(text.TEXTS["en"]["RECOGNITION_ERRORS"]) == {UNNAMED, *templates()}
    for template, sentence in text.TEXTS["en"]["RECOGNITION_ERRORS"].items():
        assert sentence == template


def test_an_error_is_said_in_the_language_of_the_moment_and_in_english_by_itself():
    error = PictureError(
        "{name} is empty (0 bytes); save or download it again.", name="{face}, 1.png"
    )
    with text.speaking("de"):
        assert text.error(error).startswith("{face}, 1.png ist leer (0 Byte); bitte ")
    assert text.error(error) == str(error)
    assert str(error) == "{face}, 1.png is empty (0 bytes); save or download it again."


def test_an_error_calls_a_picture_without_a_name_by_the_languages_word():
    with pytest.raises(PictureError) as refusal:
        fer_system.load_picture(b"")
    with text.speaking("es"):
        assert text.error(refusal.value).startswith("La imagen no contiene nada (0 bytes); ")


def test_an_error_has_its_numbers_written_as_the_language_does():
    template = "These are {files:,} files, more than the {limit:,} allowed at once; "
    error = FolderError(template + "give them in parts.", files=10_001, limit=10_000)
    with text.speaking("de"):
        assert "10.001 Dateien, mehr als die 10.000," in text.error(error)
    assert "10,001 files" in text.error(error)


def test_the_table_of_the_folder_tab_tells_why_in_the_language_of_the_moment():
    error = PictureError("The file is an archive within an archive; unpack it first.")
    with text.speaking("de"):
        english, german = row(Result("inner.zip", error=error), ())[5]
    assert english == str(error)
    assert german.startswith("Die Datei ist ein Archiv im Archiv; ")


def test_an_error_without_a_translation_stays_english():
    error = RecognitionError("Nobody knows {name}.", name="ann")
    with text.speaking("hi"):
        assert text.error(error) == str(error) == "Nobody knows ann."


def test_an_unknown_text_is_an_error_and_an_unknown_class_keeps_its_name():
    with pytest.raises(AttributeError, match=r"en\.json has no entry NO_SUCH"):
        _ = text.NO_SUCH
    assert text.emotion("very_bored") == "Very bored"
    assert text.emotion("sehr Müde") == "Sehr Müde"


def test_gradio_gets_the_texts_of_all_languages_and_their_cousins():
    text.label("PICTURE_TAB")  # no others are sent
    translations = text.translations().translations_dict
    assert translations["zh-TW"] == translations["zh-CN"]
    for language, texts in text.TEXTS.items():
        assert translations[language]["PICTURE_TAB"] == texts["PICTURE_TAB"]
