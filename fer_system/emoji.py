"""The emoji of the classes, read from files that anybody may replace."""

from functools import lru_cache

from PIL import Image, ImageOps

from .places import emoji_path


def read_emoji(class_name: str, size: int) -> Image.Image | None:
    """The class's emoji, RGBA, `size` x `size` pixels; None where it has none that can be read."""
    path = emoji_path(class_name)
    try:
        return _read(path, path.stat().st_mtime_ns, size)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


@lru_cache(maxsize=128)
def _read(path: str, changed: int, size: int) -> Image.Image:  # `changed` renews the cache
    with Image.open(path) as image:
        return ImageOps.pad(image.convert("RGBA"), (size, size))
