"""Every class's emoji and colour as CSS variables, so that each is in a page once."""

from collections.abc import Sequence
from io import BytesIO

from ..colours import class_colour
from ..data_uri import data_uri
from ..emoji import read_emoji
from ..places import emoji_path
from .rendering import environment

SIZE = 96
"""Side of an emoji's picture, in pixels."""
QUALITY = 90
"""Of WebP: all seven are 20 kB, a quarter of what they are as PNG."""


def emoji_styles(classes: Sequence[str]) -> str:
    """A style element that defines `--emoji-N` and `--colour-N` for the class at position N.

    The colour is `class_colour`'s. A class without an emoji, or with a damaged file, gets a dot.
    """
    styles = [_style(name, classes) for name in classes]
    return environment().get_template("emojis.html").render(styles=styles)


def damaged_emojis(classes: Sequence[str]) -> list[str]:
    """The files of emoji that are there and cannot be read."""
    there = [name for name in classes if emoji_path(name).is_file()]
    return [str(emoji_path(name)) for name in there if read_emoji(name, SIZE) is None]


def _style(name: str, classes: Sequence[str]) -> tuple[str, str]:
    """A class's picture and colour as CSS: a dot where there is no emoji."""
    colour = f"rgb({','.join(map(str, class_colour(name, classes)))})"
    emoji = read_emoji(name, SIZE)
    if emoji is None:
        return f"radial-gradient(closest-side,{colour} 70%,transparent 72%)", colour
    encoded = BytesIO()
    emoji.save(encoded, "WEBP", quality=QUALITY)
    return f"url({data_uri(encoded.getvalue(), 'image/webp')})", colour
