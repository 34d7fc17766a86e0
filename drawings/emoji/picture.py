"""A whole emoji: a face on its head."""

from __future__ import annotations

from PIL import Image

from drawings.emoji.faces import FACES
from drawings.emoji.head import HEADS, SIZE, head
from drawings.emoji.parts import gloss
from drawings.emoji.pen import Pen


def draw_emoji(name: str) -> Image.Image:
    """The emoji of the class `name`: RGBA, SIZE x SIZE, corners transparent."""
    picture = head(*HEADS[name])
    # The face is painted on an opaque copy; the head's own outline cuts it off.
    face = picture.convert("RGB")
    pen = Pen(face)
    gloss(pen)
    FACES[name](pen)
    face.putalpha(picture.getchannel("A"))
    return face.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
