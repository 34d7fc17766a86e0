"""Every class's emoji and colour as CSS variables, so that each is in a page once."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from ..data_uri import data_uri
from ..places import emoji_path
from .rendering import environment

SIZE = 96
"""Side of an emoji's picture, in pixels."""


def emoji_styles(classes: Sequence[str]) -> str:
    """A style element that defines `--emoji-N` and `--colour-N` for the class at position N.

    The colour is the emoji's mean, which suits a replaced emoji too. A class without an emoji, or
    with a damaged file, gets a dot.
    """
    styles = [_style(name, position / len(classes)) for position, name in enumerate(classes)]
    return environment().get_template("emojis.html").render(styles=styles)


def damaged_emojis(classes: Sequence[str]) -> list[str]:
    """The files of emoji that are there and cannot be read."""
    paths = [emoji_path(name) for name in classes]
    return [str(path) for path in paths if path.is_file() and _read(path) is None]


def _read(path: Path) -> Image.Image | None:
    try:
        return ImageOps.pad(Image.open(path).convert("RGBA"), (SIZE, SIZE))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _style(name: str, hue: float) -> tuple[str, str]:
    """A class's picture and colour as CSS; `hue`, 0..1, is the dot's where there is no emoji."""
    emoji = _read(emoji_path(name))
    if emoji is None:
        colour = f"hsl({int(360 * hue)} 55% 55%)"
        return f"radial-gradient(closest-side,{colour} 70%,transparent 72%)", colour
    encoded = BytesIO()
    emoji.save(encoded, "PNG")
    red, green, blue, _ = emoji.resize((1, 1)).tobytes()
    return f"url({data_uri(encoded.getvalue(), 'image/png')})", f"rgb({red},{green},{blue})"
