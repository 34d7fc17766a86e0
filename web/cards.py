"""Faces as HTML: one card per face, with a bar for every class."""

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO

import cv2
import gradio as gr
import numpy as np
from PIL import Image, ImageOps

from recognition.emotions import emoji_path
from recognition.recognizer import Face
from web import text

EMOJI_SIZE = 96
PORTRAIT_SIZE = 112


def html(content: str, elem_id: str | None = None) -> gr.HTML:
    """A component for the page's own HTML, dressed by style.css alone."""
    return gr.HTML(content, elem_id=elem_id, apply_default_css=False, js_on_load=None)


def emoji_styles(classes: Sequence[str]) -> str:
    """A style element that defines `--emoji-N` and `--colour-N` for the class at position N.

    So an emoji is sent once, however many cards show it. The colour is the emoji's mean, which
    suits a replaced emoji too.
    """
    rules = []
    for position, name in enumerate(classes):
        try:
            emoji = Image.open(emoji_path(name)).convert("RGBA")
        except (OSError, ValueError):
            continue  # a class without an emoji, or a damaged file, is shown without
        emoji = ImageOps.pad(emoji, (EMOJI_SIZE, EMOJI_SIZE))
        encoded = BytesIO()
        emoji.save(encoded, "PNG")
        red, green, blue, _ = emoji.resize((1, 1)).getpixel((0, 0))
        rules.append(
            f"--emoji-{position}:url({data_uri(encoded.getvalue(), 'png')});"
            f"--colour-{position}:rgb({red},{green},{blue});"
        )
    return f"<style>:root{{{''.join(rules)}}}</style>"


def data_uri(encoded: bytes, kind: str) -> str:
    """The bytes of an image file as a `data:` address."""
    return f"data:image/{kind};base64,{base64.b64encode(encoded).decode()}"


def picture_uri(picture: np.ndarray, quality: int = 85) -> str:
    """An RGB picture as a JPEG in a `data:` address, so that no file is written."""
    _, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return data_uri(encoded.tobytes(), "jpeg")


def note(sentence: str) -> str:
    """A sentence in place of, or above, the cards; screen readers speak it when it changes."""
    return f'<p class="fer-note" role="status">{escape(sentence)}</p>'


def face_cards(faces: Sequence[Face], picture: np.ndarray | None = None) -> str:
    """The cards of all faces; with the RGB `picture`, each card shows its face."""
    if not faces:
        return ""
    cards = (_card(face, number, len(faces), picture) for number, face in enumerate(faces, start=1))
    return f'<div class="fer-cards">{"".join(cards)}</div>'


def _card(face: Face, number: int, total: int, picture: np.ndarray | None) -> str:
    winner = list(face.probabilities).index(face.label)
    emotion, percent = text.emotion(face.label), text.percent(face.confidence)
    name = (text.CARD_OF_ONE if total == 1 else text.CARD_OF_MANY).format(
        number=number, total=total, emotion=emotion, percent=percent
    )
    portrait = "" if picture is None else f'<img src="{_portrait(face, picture)}" alt="">'
    bars = (
        _bar(position, label, share, position == winner)
        for position, (label, share) in enumerate(face.probabilities.items())
    )
    return (
        f'<article class="fer-card" data-label="{escape(face.label)}" aria-label="{escape(name)}">'
        f'<header><span class="fer-emoji" style="background-image:var(--emoji-{winner})"></span>'
        f"<div><strong>{escape(emotion)}</strong><span>{escape(percent)}</span></div>"
        f"{portrait}</header><ul>{''.join(bars)}</ul></article>"
    )


def _bar(position: int, label: str, share: float, wins: bool) -> str:
    return (
        f"<li{' class=fer-wins' if wins else ''}>"
        f'<span class="fer-emoji" style="background-image:var(--emoji-{position})"></span>'
        f"<span>{escape(text.emotion(label))}</span>"
        f'<span class="fer-bar"><span style="width:{share:.1%};'
        f'background:var(--colour-{position},currentColor)"></span></span>'
        f"<span>{escape(text.percent(share))}</span></li>"
    )


def _portrait(face: Face, picture: np.ndarray) -> str:
    left, top, width, height = face.box
    margin = 0 if face.whole_picture else 0.15
    rows = slice(max(0, int(top - margin * height)), int(top + (1 + margin) * height) + 1)
    columns = slice(max(0, int(left - margin * width)), int(left + (1 + margin) * width) + 1)
    portrait = Image.fromarray(picture[rows, columns])
    portrait.thumbnail((PORTRAIT_SIZE, PORTRAIT_SIZE))
    return picture_uri(np.asarray(portrait))
