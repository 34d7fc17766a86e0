"""Faces as HTML: one card per face, closed a line; opened, it has a bar for every class."""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from PIL import Image

from fer_system.colours import RGB, text_colour
from fer_system.crop import cut_face
from fer_system.data_uri import data_uri
from fer_system.drawing import default_colour
from fer_system.quality import SMALLEST
from fer_system.recognizer import Face
from web import text
from web.html import render

MOST_CARDS = 50
"""Of the largest faces; of all others there is a count."""
PORTRAIT_SIZE = 112
SEEN_SIZE = 224
HEAT_SIZE = 48
"""Side, in pixels, of a heat map's picture; the browser enlarges it smoothly."""


def picture_uri(picture: np.ndarray, quality: int = 85) -> str:
    """An RGB picture as a JPEG in a `data:` address, so that no file is written."""
    _, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return data_uri(encoded.tobytes(), "image/jpeg")


def face_cards(faces: Sequence[Face], picture: np.ndarray) -> str:
    """The cards of all faces of an RGB `picture`.

    A closed card is a line: number, portrait and emotion. Opened, it has a bar for every class,
    what makes the face hard to read, and what the network saw of it, and where it found the class
    whose bar is chosen. A single face's card is open. Beyond MOST_CARDS there is a sentence in
    place of cards.
    """
    if not faces:
        return ""
    shown = faces[:MOST_CARDS]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    cards = [
        _heading(face, place, len(faces)) | _details(face, picture, grey)
        for place, face in enumerate(shown, start=1)
    ]
    more = len(faces) - len(shown)
    rest = text.MORE_FACES.format(count=text.number(more)) if more else ""
    return render("faces.html", cards=cards, rest=rest)


def _heading(face: Face, number: int, total: int) -> dict[str, Any]:
    """What names the card; no class, so no position, where the face is uncertain."""
    emotion, percent = text.emotion(face.label), text.percent(face.confidence)
    position: int | None = list(face.probabilities).index(face.label)
    if face.uncertain:
        percent = text.UNCERTAIN_GUESS.format(emotion=emotion, percent=percent)
        emotion, position = text.UNCERTAIN, None
    name = (text.CARD_OF_ONE if total == 1 else text.CARD_OF_MANY).format(
        number=number, total=total, emotion=emotion, percent=percent
    )
    colour = default_colour(face)
    return {
        "number": number,
        "colour": css(colour),
        "ink": css(text_colour(colour)),
        "label": face.label,
        "emotion": emotion,
        "percent": percent,
        "position": position,
        "name": name,
    }


def css(colour: RGB) -> str:
    """A colour as CSS writes it."""
    return f"rgb{colour}"


def _details(face: Face, picture: np.ndarray, grey: np.ndarray) -> dict[str, Any]:
    """What a card shows of the face in its picture, and tells when it is opened."""
    heat = {} if face.square is None or face.maps is None else heat_maps(face.maps)
    return {
        "box": _fractions(face, picture),
        "portrait": _portrait(face, picture),
        "seen": _seen(face, grey),
        "caption": text.SEEN if face.maps is None else text.HEAT,
        "notes": _notes(face),
        "can_choose": bool(heat),
        "shares": _shares(face, heat),
    }


def _fractions(face: Face, picture: np.ndarray) -> str:
    """Left, top, right and bottom of the face's box, as shares of the picture's sides."""
    left, top, width, height = face.box
    rows, columns = picture.shape[:2]
    shares = (left / columns, top / rows, (left + width) / columns, (top + height) / rows)
    return " ".join(f"{share:.4f}" for share in shares)


def _shares(face: Face, heat: dict[int, bytes]) -> list[dict[str, Any]]:
    """Every class with its probability, and its heat map where there is one."""
    return [
        {
            "position": position,
            "emotion": text.emotion(label),
            "share": share,
            "percent": text.percent(share),
            "wins": label == face.label,
            "heat": data_uri(heat[position], "image/png") if heat else "",
        }
        for position, (label, share) in enumerate(face.probabilities.items())
    ]


def _seen(face: Face, grey: np.ndarray) -> str:
    """The square that the network saw, in grey, as it did; heat maps are laid over it."""
    if face.square is None:
        return ""
    square = np.rint(cut_face(grey, face.square, SEEN_SIZE, face.tilt)).astype(np.uint8)
    return picture_uri(cv2.cvtColor(square, cv2.COLOR_GRAY2RGB))


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
    return [int(value) for value in cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1].flat]


def _notes(face: Face) -> list[str]:
    """Why no emotion is named, and what makes the face hard to read, as sentences."""
    side = round(face.square[2]) if face.square else 0
    sentences = [text.QUALITY[note].format(pixels=side, smallest=SMALLEST) for note in face.quality]
    if face.uncertain:
        if face.turned:
            sentences.insert(0, text.UNCERTAIN_TURNED)
        threshold = text.percent(face.threshold)
        sentences.insert(0, text.UNCERTAIN_REASON.format(threshold=threshold))
    return sentences


def _portrait(face: Face, picture: np.ndarray) -> str:
    left, top, width, height = face.box
    margin = 0 if face.whole_picture else 0.15
    rows = slice(max(0, int(top - margin * height)), int(top + (1 + margin) * height) + 1)
    columns = slice(max(0, int(left - margin * width)), int(left + (1 + margin) * width) + 1)
    portrait = Image.fromarray(picture[rows, columns])
    portrait.thumbnail((PORTRAIT_SIZE, PORTRAIT_SIZE))
    return picture_uri(np.asarray(portrait))
