"""Faces as HTML: one card per face, with a bar for every class; opened, it tells more."""

import base64
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from io import BytesIO

import cv2
import gradio as gr
import numpy as np
from PIL import Image, ImageOps

from fer_system.emotions import emoji_path
from fer_system.quality import SMALLEST
from fer_system.recognizer import Face, cut_face
from web import text

EMOJI_SIZE = 96
PORTRAIT_SIZE = 112
SEEN_SIZE = 224
HEAT_SIZE = 48
"""Side, in pixels, of a heat map's picture; the browser enlarges it smoothly."""


def html(
    content: str | Callable[[], str], elem_id: str | None = None, js_on_load: str | None = None
) -> gr.HTML:
    """A component for the page's own HTML, dressed by style.css alone.

    What holds words is a function, called for every visitor, so that it is in their language.
    """
    if isinstance(content, str):
        return gr.HTML(content, elem_id=elem_id, apply_default_css=False, js_on_load=js_on_load)
    component = html(content(), elem_id, js_on_load)
    gr.on(
        None,
        content,
        None,
        component,
        api_visibility="private",
        show_progress="hidden",
        queue=False,
    )
    return component


def emoji_styles(classes: Sequence[str]) -> str:
    """A style element that defines `--emoji-N` and `--colour-N` for the class at position N.

    So an emoji is sent once, however many cards show it. The colour is the emoji's mean, which
    suits a replaced emoji too. A class without an emoji, or with a damaged file, gets a dot.
    """
    rules = []
    for position, name in enumerate(classes):
        try:
            emoji = Image.open(emoji_path(name)).convert("RGBA")
        except (OSError, ValueError):
            colour = f"hsl({360 * position // len(classes)} 55% 55%)"
            dot = f"radial-gradient(closest-side,{colour} 70%,transparent 72%)"
            rules.append(f"--emoji-{position}:{dot};--colour-{position}:{colour};")
            continue
        emoji = ImageOps.pad(emoji, (EMOJI_SIZE, EMOJI_SIZE))
        encoded = BytesIO()
        emoji.save(encoded, "PNG")
        red, green, blue, _ = emoji.resize((1, 1)).getpixel((0, 0))
        rules.append(
            f"--emoji-{position}:url({data_uri(encoded.getvalue(), 'image/png')});"
            f"--colour-{position}:rgb({red},{green},{blue});"
        )
    return f"<style>:root{{{''.join(rules)}}}</style>"


def data_uri(content: bytes, kind: str) -> str:
    """A file's content as a `data:` address; `kind` is its media type."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def picture_uri(picture: np.ndarray, quality: int = 85) -> str:
    """An RGB picture as a JPEG in a `data:` address, so that no file is written."""
    _, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return data_uri(encoded.tobytes(), "image/jpeg")


def note(sentence: str) -> str:
    """A sentence in place of, or above, the cards; screen readers speak it when it changes."""
    return f'<p class="fer-note" role="status">{escape(sentence)}</p>'


def face_cards(faces: Sequence[Face], picture: np.ndarray | None = None) -> str:
    """The cards of all faces; with the RGB `picture`, each shows its face and can be opened.

    An opened card adds what the network saw of the face, where it found the class whose bar is
    chosen, and what makes the face hard to read. A single face's card is open.
    """
    if not faces:
        return ""
    cards = (_card(face, number, len(faces), picture) for number, face in enumerate(faces, start=1))
    return f'<div class="fer-cards">{"".join(cards)}</div>'


def _card(face: Face, number: int, total: int, picture: np.ndarray | None) -> str:
    emotion, percent = text.emotion(face.label), text.percent(face.confidence)
    position = list(face.probabilities).index(face.label)
    if face.uncertain:
        percent = text.UNCERTAIN_GUESS.format(emotion=emotion, percent=percent)
        emotion, position = text.UNCERTAIN, None
    name = (text.CARD_OF_ONE if total == 1 else text.CARD_OF_MANY).format(
        number=number, total=total, emotion=emotion, percent=percent
    )
    title = f"<div><strong>{escape(emotion)}</strong><span>{escape(percent)}</span></div>"
    place = portrait = opener = seen = notes = ""
    if picture is not None:
        place = f' data-box="{_fractions(face, picture)}"'
        portrait = f'<img src="{_portrait(face, picture)}" alt="">'
        opener = _opener(name, total == 1)
        seen, notes = _seen(face, picture), _notes(face)
    return (
        f'<article class="fer-card" data-label="{escape(face.label)}"{place}'
        f' aria-label="{escape(name)}"><header>{emoji(position)}{title}{portrait}{opener}</header>'
        f'<div class="fer-body">{seen}<div>{_bars(face, number, bool(seen))}{notes}</div></div>'
        "</article>"
    )


def emoji(position: int | None) -> str:
    """The emoji of the class at `position`, or a question mark where no class is named."""
    if position is None:
        return '<span class="fer-emoji fer-unsure" aria-hidden="true">?</span>'
    return f'<span class="fer-emoji" style="background-image:var(--emoji-{position})"></span>'


def _opener(card: str, opened: bool) -> str:
    """The button that opens and closes the card of this name; picture.js makes it work."""
    state, name = str(opened).lower(), escape(text.CARD_DETAILS.format(face=card))
    return (
        f'<button type="button" class="fer-open" aria-expanded="{state}" aria-label="{name}">'
        "</button>"
    )


def _fractions(face: Face, picture: np.ndarray) -> str:
    """Left, top, right and bottom of the face's box, as shares of the picture's sides."""
    left, top, width, height = face.box
    rows, columns = picture.shape[:2]
    shares = (left / columns, top / rows, (left + width) / columns, (top + height) / rows)
    return " ".join(f"{share:.4f}" for share in shares)


def _bars(face: Face, number: int, can_choose: bool) -> str:
    """A bar for every class; where it can be chosen, also its heat map."""
    maps = heat_maps(face.maps) if can_choose and face.maps is not None else {}
    bars = (
        _bar(position, label, share, label == face.label, f"face-{number}", maps.get(position))
        for position, (label, share) in enumerate(face.probabilities.items())
    )
    listed = f"<ul>{''.join(bars)}</ul>"
    if not maps:
        return listed
    return f"<form><fieldset><legend>{escape(text.HEAT_CHOICE)}</legend>{listed}</fieldset></form>"


def _bar(
    position: int, label: str, share: float, wins: bool, group: str, heat: bytes | None
) -> str:
    emotion = text.emotion(label)
    row = (
        f"{emoji(position)}<span>{escape(emotion)}</span>"
        f'<span class="fer-bar"><span style="width:{share:.1%};'
        f'background:var(--colour-{position})"></span></span>'
        f"<span>{escape(text.percent(share))}</span>"
    )
    if heat is not None:
        alt = escape(text.HEAT_ALT.format(emotion=emotion))
        row = (
            f'<label><input class="fer-more" type="radio" name="{group}"'
            f"{' checked' if wins else ''}>{row}</label>"
            f'<img class="fer-heat fer-more" src="{data_uri(heat, "image/png")}" alt="{alt}">'
        )
    return f"<li{' class=fer-wins' if wins else ''}>{row}</li>"


def _seen(face: Face, picture: np.ndarray) -> str:
    """The square that the network saw, in grey, as it did; heat maps are laid over it."""
    if face.square is None:
        return ""
    square = cv2.cvtColor(cut_face(picture, face.square, SEEN_SIZE), cv2.COLOR_RGB2GRAY)
    address = picture_uri(cv2.cvtColor(square, cv2.COLOR_GRAY2RGB))
    caption = text.SEEN if face.maps is None else text.HEAT
    return (
        f'<figure class="fer-more"><img src="{address}" alt="{escape(text.SEEN_ALT)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def heat_maps(maps: np.ndarray) -> dict[int, bytes]:
    """Activation maps, float32 (rows, columns, classes), as a see-through PNG for every class.

    What speaks against a class counts as nothing. All share one scale: where little speaks for a
    class, its picture stays clear.
    """
    strength = cv2.resize(maps, (HEAT_SIZE, HEAT_SIZE), interpolation=cv2.INTER_CUBIC).clip(0)
    levels = np.rint(strength * (255 / max(strength.max(), 1e-6))).astype(np.uint8)
    return {position: _heat_map(levels[..., position]) for position in range(maps.shape[-1])}


def _heat_map(levels: np.ndarray) -> bytes:
    image = Image.fromarray(levels).convert("P")
    image.putpalette(_heat_colours())
    encoded = BytesIO()
    image.save(encoded, "PNG", transparency=bytes(round(level * 0.8) for level in range(256)))
    return encoded.getvalue()


@lru_cache
def _heat_colours() -> list[int]:
    """Red, green and blue of 256 levels: a scale that colour-blind people can read."""
    levels = np.arange(256, dtype=np.uint8)
    return cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1].ravel().tolist()


def _notes(face: Face) -> str:
    """Why no emotion is named, and what makes the face hard to read, as sentences."""
    side = round(face.square[2]) if face.square else 0
    sentences = [text.QUALITY[note].format(pixels=side, smallest=SMALLEST) for note in face.quality]
    if face.uncertain:
        threshold = text.percent(face.threshold)
        sentences.insert(0, text.UNCERTAIN_REASON.format(threshold=threshold))
    return "".join(f'<p class="fer-hint fer-more">{escape(sentence)}</p>' for sentence in sentences)


def _portrait(face: Face, picture: np.ndarray) -> str:
    left, top, width, height = face.box
    margin = 0 if face.whole_picture else 0.15
    rows = slice(max(0, int(top - margin * height)), int(top + (1 + margin) * height) + 1)
    columns = slice(max(0, int(left - margin * width)), int(left + (1 + margin) * width) + 1)
    portrait = Image.fromarray(picture[rows, columns])
    portrait.thumbnail((PORTRAIT_SIZE, PORTRAIT_SIZE))
    return picture_uri(np.asarray(portrait))
