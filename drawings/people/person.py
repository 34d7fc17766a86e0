"""What one person looks like, and the colours that people come in."""

from __future__ import annotations

from dataclasses import dataclass

from drawings.pen.colours import Colour

SKINS = ((244, 214, 192), (232, 190, 160), (210, 160, 124), (172, 122, 88), (128, 84, 60),
         (92, 60, 46))  # fmt: skip
HAIRS = ((34, 26, 26), (62, 42, 34), (104, 68, 42), (168, 118, 66), (206, 172, 118),
         (150, 72, 40), (168, 166, 166))  # fmt: skip
IRISES = ((84, 56, 38), (58, 40, 30), (88, 112, 92), (84, 118, 150))
CLOTHES = ((58, 92, 132), (150, 62, 66), (62, 112, 92), (90, 84, 110), (204, 196, 182),
           (196, 142, 64))  # fmt: skip
HAIR_STYLES = ("short", "long", "fringe", "curly", "bun", "bald")


@dataclass(frozen=True)
class Person:
    """What stays the same whatever a face expresses; sizes are factors about 1."""

    skin: Colour
    hair: Colour
    iris: Colour
    clothes: Colour
    hair_style: str
    width: float = 1
    jaw: float = 1
    chin: float = 1
    eye_distance: float = 1
    eye_size: float = 1
    nose: float = 1
    mouth: float = 1
    lips: float = 1
    brows: float = 1
    beard: float = 0  # 0 none, 1 full
    glasses: bool = False
    age: float = 0.2  # 0 smooth, 1 lined
