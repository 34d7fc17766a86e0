"""PNG files that no program writes."""

import io
import struct
import zlib

from PIL import Image


def claiming(width, height):
    """A PNG of a few bytes that claims that many pixels."""
    file = io.BytesIO()
    Image.new("1", (1, 1)).save(file, "PNG")
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    content = file.getvalue()
    return content[:12] + head + struct.pack(">I", zlib.crc32(head)) + content[33:]
