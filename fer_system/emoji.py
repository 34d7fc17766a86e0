"""The emoji of the classes, read from files that anybody may replace."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

from .places import emoji_path


def emoji_date(class_name: str) -> int | None:
    """When the file of a class's emoji was last written; None where there is none to read."""
    try:
        date = emoji_path(class_name).stat().st_mtime_ns
    except (OSError, ValueError):
        return None
    return date if _read(emoji_path(class_name), date, 16) else None


def read_emoji(class_name: str, size: int) -> Image.Image | None:
    """The class's emoji, RGBA, `size` x `size` pixels; None where it has none that can be read."""
    date = emoji_date(class_name)
    return None if date is None else _read(emoji_path(class_name), date, size)


@lru_cache(maxsize=128)
def _read(path: Path, date: int, size: int) -> Image.Image | None:  # `date` renews the cache
    try:
        with Image.open(path) as image:
            return ImageOps.pad(image.convert("RGBA"), (size, size))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
