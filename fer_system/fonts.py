"""Fonts that have a text's letters, wherever the system keeps them, and texts drawn with them.

Pillow brings a font for English. For everything else a font of the system is taken: the one that
fontconfig names, where there is fontconfig, or one of those that systems usually have. Whether a
font has a letter is seen from its picture, so that no box is ever drawn in place of one.
"""

import re
import subprocess
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from PIL import ImageDraw, ImageFont, features
from PIL.ImageFont import FreeTypeFont, Layout

SCRIPTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ARABIC": (
        "ar",
        (
            "NotoSansArabic-Regular.ttf",
            "NotoSansArabic[wght].ttf",
            "NotoNaskhArabic-Regular.ttf",
            "GeezaPro.ttc",
            "segoeui.ttf",
        ),
    ),
    "BENGALI": ("bn", ("NotoSansBengali-Regular.ttf", "KohinoorBangla.ttc", "Nirmala.ttf")),
    "CJK": (
        "zh-cn",
        (
            "NotoSansCJK-Regular.ttc",
            "NotoSansCJK-VF.ttc",
            "NotoSansSC-Regular.otf",
            "wqy-microhei.ttc",
            "DroidSansFallbackFull.ttf",
            "PingFang.ttc",
            "Hiragino Sans GB.ttc",
            "STHeiti Light.ttc",
            "msyh.ttc",
            "simsun.ttc",
        ),
    ),
    "DEVANAGARI": (
        "hi",
        (
            "NotoSansDevanagari-Regular.ttf",
            "NotoSansDevanagari[wght].ttf",
            "Lohit-Devanagari.ttf",
            "Kohinoor.ttc",
            "DevanagariMT.ttc",
            "Nirmala.ttf",
            "Nirmala.ttc",
            "mangal.ttf",
        ),
    ),
    "HANGUL": (
        "ko",
        ("NotoSansCJK-Regular.ttc", "NanumGothic.ttf", "AppleSDGothicNeo.ttc", "malgun.ttf"),
    ),
    "HEBREW": ("he", ("NotoSansHebrew-Regular.ttf", "ArialHB.ttc", "segoeui.ttf")),
    "HIRAGANA": ("ja", ("NotoSansCJK-Regular.ttc", "ヒラギノ角ゴシック W3.ttc", "YuGothR.ttc")),
    "KATAKANA": ("ja", ("NotoSansCJK-Regular.ttc", "ヒラギノ角ゴシック W3.ttc", "YuGothR.ttc")),
    "TAMIL": ("ta", ("NotoSansTamil-Regular.ttf", "Tamil Sangam MN.ttc", "Nirmala.ttf")),
    "THAI": ("th", ("NotoSansThai-Regular.ttf", "Thonburi.ttc", "tahoma.ttf")),
}
"""For each script, as Unicode calls it, a language and fonts of Debian, Fedora, macOS, Windows."""

USUAL = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSans[wght].ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "arial.ttf",
)
"""Fonts with the letters of Europe's languages; some have Arabic and Hebrew too."""

_UNSAID = re.compile(r"^.*(letter|syllable|sign|character) |^.*ideograph-| with .*$")
"""What a letter's name in Unicode has besides its own."""

JOINERS = "\u200c\u200d"
"""Invisible, and no font needs a picture of them."""


Colour = tuple[int, int, int]


class Typeface(NamedTuple):
    """A font's file and its place in that file; no file is the font that Pillow brings."""

    path: str | None
    place: int = 0


def can_write(text: str) -> bool:
    """Whether there are fonts here with all letters of `text`, and what it takes to set them."""
    return _runs(text) is not None


def writable(text: str, shaping: bool = True) -> str:
    """`text` with the words that no font here has spelled in English, letter by letter.

    Without `shaping`, what draws it sets one letter after the other, which Arabic cannot bear.
    """
    return " ".join(
        word if can_write(word) and (shaping or not _needs_shaping(word)) else _spelled(word)
        for word in _clean(text).split()
    )


def text_width(text: str, size: int) -> int:
    """How wide `text`, which can be written, is at `size` pixels."""
    return round(sum(_open(face, size).getlength(run) for run, face in _runs(text) or ()))


def draw_text(
    draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int, colour: Colour
) -> None:
    """Draw `text`, which can be written, from `place` on, (left, base line)."""
    left, base = place
    x: float = left
    for run, face in _runs(text) or ():
        font = _open(face, size)
        draw.text((x, base), run, colour, font, anchor="ls")
        x += font.getlength(run)


def font_files() -> list[str]:
    """The files of fonts for all scripts that there are fonts for here, without Pillow's own."""
    known = (face.path for script in ("", *SCRIPTS) for face in _typefaces(script)[:3])
    return list(dict.fromkeys(path for path in known if path is not None))


@lru_cache(maxsize=2048)
def _runs(text: str) -> tuple[tuple[str, Typeface], ...] | None:
    """Parts of a text from left to right, each with a font that has it; None where one has none.

    One font for all if there is one, else one for each word. Within a part Pillow sets what runs
    from right to left; the parts of a text that begins so run so too.
    """
    text = _clean(text)
    if _needs_shaping(text) and not features.check("raqm"):
        return None
    if whole := _typeface(text):
        return ((text, whole),)
    found = [(word, _typeface(word)) for word in text.split()]
    runs = [
        (" ".join(word for word, _ in part), face)
        for face, part in groupby(found, key=lambda item: item[1])
    ]
    spaced = [(run, face) for run, face in _with_spaces(runs)]
    if _runs_leftwards(text):
        spaced.reverse()
    return tuple((run, face) for run, face in spaced if face) if all(f for _, f in spaced) else None


def _with_spaces(
    runs: Sequence[tuple[str, Typeface | None]],
) -> Iterator[tuple[str, Typeface | None]]:
    for place, run in enumerate(runs):
        if place:
            yield " ", Typeface(None)
        yield run


def _clean(text: str) -> str:
    """`text` on one line, without what cannot be seen."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    return "".join(sign for sign in text if sign.isprintable() or sign in JOINERS)


def _needs_shaping(text: str) -> bool:
    """Whether it takes more to set a text than one letter after the other, to the right."""
    return any(
        unicodedata.bidirectional(sign) in ("R", "AL") or unicodedata.category(sign)[0] == "M"
        for sign in text
    )


def _runs_leftwards(text: str) -> bool:
    directions = (unicodedata.bidirectional(sign) for sign in text)
    return next((way for way in directions if way in ("L", "R", "AL")), "L") != "L"


def _typeface(text: str) -> Typeface | None:
    """The first font that has all of `text`."""
    scripts = dict.fromkeys(_script(sign) for sign in text if not sign.isascii())
    faces = [face for script in scripts or ("",) for face in _typefaces(script)]
    return next((face for face in faces if all(_has(face, sign) for sign in text)), None)


def _script(sign: str) -> str:
    script = unicodedata.name(sign, "").partition(" ")[0]
    return script if script in SCRIPTS else ""


@lru_cache
def _typefaces(script: str) -> tuple[Typeface, ...]:
    """The fonts here for a script, the best first."""
    language, names = SCRIPTS.get(script, ("", ()))
    wanted = [*_of_fontconfig(language), *(Typeface(name) for name in (*names, *USUAL))]
    there = [found for face in wanted if (found := _found(face))]
    return tuple(dict.fromkeys((*there, Typeface(None)) if language else (Typeface(None), *there)))


def _of_fontconfig(language: str) -> list[Typeface]:
    """The font that fontconfig, where it is, takes for a language."""
    command = ("fc-match", f":lang={language}", "--format=%{index} %{file}")
    if not language:
        return []
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    index, _, path = answer.stdout.partition(" ")
    return [Typeface(path, int(index) & 0xFFFF)]  # the rest names a variable font's instance


def _found(face: Typeface) -> Typeface | None:
    """The same with its whole path; None where there is no such file that can be read."""
    if face.path is None:
        return face
    try:
        font = ImageFont.truetype(face.path, 20, face.place, layout_engine=Layout.BASIC)
    except (OSError, ValueError):
        return None
    return Typeface(str(font.path), face.place)


@lru_cache(maxsize=128)
def _open(face: Typeface, size: int, layout: Layout | None = None) -> FreeTypeFont:
    if face.path is None:
        font = ImageFont.load_default(size)
        assert isinstance(font, FreeTypeFont)  # Pillow's wheels have FreeType
        return font
    return ImageFont.truetype(face.path, size, face.place, layout_engine=layout)


@lru_cache(maxsize=4096)
def _has(face: Typeface, sign: str) -> bool:
    """Whether a font has a picture of its own for a sign: not the one for what no font has."""
    return sign == " " or sign in JOINERS or _picture(face, sign) != _picture(face, "\uffff")


def _picture(face: Typeface, sign: str) -> tuple[tuple[int, int], bytes]:
    """Size and pixels of a sign; Unicode has none at U+FFFF, and so no font has."""
    mask = _open(face, 20, Layout.BASIC).getmask(sign)
    return mask.size, bytes(mask)


def _spelled(word: str) -> str:
    """The English names of a word's letters: `驚いた` is `9a5a-i-ta`."""
    names = (unicodedata.name(sign, f"{ord(sign):x}").lower() for sign in word)
    return "-".join(_UNSAID.sub("", name) for name in names)
