"""What colour stands for a class or for a face, and what text can be read on it.

A colour is (red, green, blue), each 0..255.
"""

import colorsys
from collections.abc import Sequence

from .emoji import read_emoji

RGB = tuple[int, int, int]

BLACK: RGB = (0, 0, 0)
WHITE: RGB = (255, 255, 255)
UNCERTAIN_COLOUR: RGB = (160, 160, 160)
"""Of a face whose emotion is uncertain: a grey that is no class's."""

# Okabe and Ito (2008), Color Universal Design: people with any colour blindness tell them apart.
PALETTE: tuple[RGB, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)


def class_colour(name: str, classes: Sequence[str]) -> RGB:
    """The colour of one of a model's `classes`: the mean of its emoji, which suits a replaced one.

    A class without an emoji, or with a damaged file, has the hue of its place among the `classes`.
    """
    mean = read_emoji(name, 1)
    if mean is None:
        place = classes.index(name) / len(classes) if name in classes else 0.0
        red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(place, 0.55, 0.55))
    else:
        red, green, blue, _ = mean.tobytes()
    return red, green, blue


def face_colour(number: int) -> RGB:
    """The colour of a video's face by its number, 1, 2, 3 ...; after seven they repeat."""
    return PALETTE[(number - 1) % len(PALETTE)]


def text_colour(background: RGB) -> RGB:
    """Black or white, whichever is read more easily on `background`: at a contrast of 4.5 or more.

    As the Web Content Accessibility Guidelines 2.2 measure it: the worse of the two has at most the
    square root of 21.
    """
    return WHITE if contrast(WHITE, background) > contrast(BLACK, background) else BLACK


def contrast(one: RGB, other: RGB) -> float:
    """The contrast ratio of two colours, 1..21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: RGB) -> float:
    """The relative luminance, 0..1, of an sRGB colour."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (level / 255 for level in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
