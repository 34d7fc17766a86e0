"""Any picture, from anywhere -> an upright RGB array: the one form everything else works on."""

import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

from .errors import RecognitionError

MAX_PIXELS = 64_000_000
"""Pictures with more pixels are refused."""

MAX_FILE_BYTES = 64 * 2**20
"""A longer file is not read out of a folder or archive."""

MAX_SIDE = 4096
"""Pictures longer than this, in pixels, are scaled down."""

MAX_DECODING = 450_000_000
"""Pictures that take more bytes of memory to decode are refused."""

LARGE = 32_000_000
"""Of pictures that take more bytes to decode, or then to work on, one at a time is worked on."""

# Every scan of a progressive JPEG goes over all pixels again, at about 5 ns each, and a file of a
# megabyte can hold tens of thousands. Cameras and programs write ten or so.
MAX_SCANS, FULL_SCANS = 100, 10
"""A JPEG file may have so many scans, and of a picture as large as is allowed, so many."""

MAX_SECONDS = 20.0
"""A picture's file can be read, and so decoded, for so long after it was opened."""

# Named one by one because Pillow also opens formats that start other programs, such as EPS.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")

JUNK = ("__MACOSX", "Thumbs.db", "desktop.ini")
"""What operating systems leave in folders and archives, besides hidden files."""

# Measured as the growth of the process, on noise of 64 megapixels of every kind.
BYTES_A_PIXEL = {"1": 4, "L": 4, "RGB": 8}
"""What decoding takes by Pillow's mode; any other, and WebP, MOST_BYTES_A_PIXEL."""
MOST_BYTES_A_PIXEL = 13
JPEG_BYTES_A_PIXEL, PROGRESSIVE_BYTES_A_PIXEL = 4, 10

UNNAMED = "The picture"
"""What a picture without a file name is called in messages."""

_alone = threading.RLock()

Source = str | os.PathLike[str] | bytes | BinaryIO | Image.Image | np.ndarray


class PictureError(RecognitionError):
    """The picture cannot be read; the message is one sentence for the person who gave it."""


def is_junk(name: str) -> bool:
    """Whether a file or folder of that name is hidden, or left behind by an operating system."""
    return name in JUNK or (name.startswith(".") and name.strip(".") != "")


def printable(name: str) -> str:
    """`name` without line breaks, and without characters that no terminal can show."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name
    )


def check_length(length: int) -> None:
    """Raise PictureError where a file of so many bytes is not to be read."""
    if length > MAX_FILE_BYTES:
        raise PictureError(
            "The file is longer than the {limit} MB allowed; make it smaller.",
            limit=MAX_FILE_BYTES // 2**20,
        )


def load_picture(source: Source, longest: int = MAX_SIDE, most: int = MAX_PIXELS) -> np.ndarray:
    """Read any picture as it is meant to be seen.

    `source` is a path, the bytes of a file, an open binary file, a Pillow image or an array:
    (height, width) or (height, width, 1 to 4) for grey, grey with alpha, RGB and RGBA; uint8, bool,
    uint16 over its full range, or other numbers within 0..1 (floats) or 0..255.
    Returns uint8 RGB of shape (height, width, 3): turned upright after its EXIF data, transparency
    laid on white, 16-bit grey scaled to 8 bits, the first frame of an animation, and scaled down
    where it is longer than `longest` pixels. An array that is such a picture already is returned
    itself, not copied.
    Raises PictureError: before anything is decoded where there are more than `most` pixels, or
    decoding would take more than MAX_DECODING bytes or a time out of all proportion to the pixels.
    """
    if isinstance(source, np.ndarray):
        if _is_ready(source, longest):
            return source
        image, name = _image_from_array(source), UNNAMED
    elif isinstance(source, Image.Image):
        image, name = source, UNNAMED
    else:
        image, name = _open(source)
    _check_pixels(image, name, most)
    if isinstance(source, np.ndarray | Image.Image):
        return _decoded(image, name, longest, is_borrowed=image is source)
    _check_file(image, name, most)
    with _alone if _is_large(image) else nullcontext():
        return _decoded(image, name, longest)


@contextmanager
def alone_if_large(content: bytes) -> Iterator[None]:
    """Within this context the process works on no other large picture; else it takes its turn.

    For whoever lets several strangers' pictures in at once: what is drawn or cut out of a picture
    takes memory too. `content` is that of a file, be it a picture or not.
    """
    try:
        is_large = _is_large(_open(content)[0])
    except PictureError:
        is_large = False
    with _alone if is_large else nullcontext():
        yield


def _is_large(image: Image.Image) -> bool:
    scaled = min(image.width, MAX_SIDE) * min(image.height, MAX_SIDE)
    return max(decoding_bytes(image), scaled * MOST_BYTES_A_PIXEL) > LARGE


def decoding_bytes(image: Image.Image) -> int:
    """How much memory decoding the file that `image` was opened from takes, in bytes."""
    if isinstance(image, JpegImageFile):
        progressive = "progressive" in image.info
        each = PROGRESSIVE_BYTES_A_PIXEL if progressive else JPEG_BYTES_A_PIXEL
    elif image.format == "WEBP" or "transparency" in image.info:
        each = MOST_BYTES_A_PIXEL
    else:
        each = BYTES_A_PIXEL.get(image.mode, MOST_BYTES_A_PIXEL)
    return image.width * image.height * each


def _check_pixels(image: Image.Image, name: str, most: int) -> None:
    if image.width * image.height > most:
        raise PictureError(
            "{name} has {width} x {height} pixels, more than the {limit} million allowed; "
            "make it smaller.",
            name=name,
            width=image.width,
            height=image.height,
            limit=most // 1_000_000,
        )


def _check_file(image: Image.Image, name: str, most: int) -> None:
    """Raise PictureError where decoding the file takes too much memory or time."""
    if (needed := decoding_bytes(image)) > MAX_DECODING:
        raise PictureError(
            "{name} has {width} x {height} pixels, which would take {needed} MB to decode, more "
            "than the {limit} allowed; make it smaller.",
            name=name,
            width=image.width,
            height=image.height,
            needed=needed // 1_000_000,
            limit=MAX_DECODING // 1_000_000,
        )
    scans = _scans(image)
    if scans > MAX_SCANS or scans * image.width * image.height > FULL_SCANS * most:
        raise PictureError(
            "{name} holds its pixels in {scans} layers, which take too long to decode; save it "
            "again as a plain JPEG.",
            name=name,
            scans=scans,
        )


def _scans(image: Image.Image) -> int:
    """How many scans a JPEG file has, those of its small previews among them; else 0."""
    if not (isinstance(image, JpegImageFile) and isinstance(image.fp, io.BytesIO)):
        return 0
    return image.fp.getvalue().count(b"\xff\xda")  # inside a scan, 0 follows every 255


def _decoded(image: Image.Image, name: str, longest: int, is_borrowed: bool = False) -> np.ndarray:
    try:
        # Some of Pillow's methods work in place, and the caller's image is not ours.
        return np.array(_upright_rgb(image.copy() if is_borrowed else image, longest))
    except _TooLate as error:
        raise _takes_too_long(name) from error
    except PictureError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever a damaged file leads them to
        raise PictureError(
            "{name} is damaged or incomplete ({reason}); save or download it again.",
            name=name,
            reason=str(error),
        ) from error


class _TooLate(Exception):  # noqa: N818, it ends the work of Pillow's decoders
    """Decoding took too long."""


def _takes_too_long(name: str) -> PictureError:
    return PictureError(
        "{name} takes more than {limit} seconds to decode; save it again as JPEG or PNG.",
        name=name,
        limit=round(MAX_SECONDS),
    )


class _TimedFile(io.BytesIO):
    """A picture's file that can no longer be read when decoding has taken MAX_SECONDS.

    Waiting for another picture to be decoded counts too.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._end = time.monotonic() + MAX_SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file; _TooLate where it is."""
        if time.monotonic() > self._end:
            raise _TooLate
        return super().read(size)


def _is_ready(array: np.ndarray, longest: int) -> bool:
    shape = array.shape
    return (
        array.dtype == np.uint8
        and len(shape) == 3
        and shape[2] == 3
        and 0 < min(shape) <= max(shape) <= longest
    )


def _open(source: str | os.PathLike[str] | bytes | BinaryIO) -> tuple[Image.Image, str]:
    """Open a file of any kind; returns the undecoded image and what to call it in messages."""
    name = UNNAMED
    try:
        if isinstance(source, str | os.PathLike):
            name = os.fspath(source)
            content = Path(source).read_bytes()
            name = Path(source).name  # the folder of an upload is no visitor's business
        else:
            content = source if isinstance(source, bytes) else source.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PictureError(
            "{name} cannot be read ({reason}); check the path.", name=name, reason=reason
        ) from error
    if not content:
        raise PictureError("{name} is empty (0 bytes); save or download it again.", name=name)
    try:
        return Image.open(_TimedFile(content), formats=_formats()), name
    except _TooLate as error:
        raise _takes_too_long(name) from error
    except Image.DecompressionBombError as error:
        raise PictureError(
            "{name} has more than the {limit} million pixels allowed; make it smaller.",
            name=name,
            limit=MAX_PIXELS // 1_000_000,
        ) from error
    except Exception as error:
        raise PictureError(
            "{name} is not a picture this program can read; save it as JPEG or PNG.", name=name
        ) from error


def _formats() -> tuple[str, ...]:
    """Those of FORMATS that this Pillow was built with."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _image_from_array(array: np.ndarray) -> Image.Image:
    shape = array.shape
    if array.ndim == 3 and shape[2] == 1:
        array = array[:, :, 0]
    if array.size == 0 or not (array.ndim == 2 or (array.ndim == 3 and shape[2] in (2, 3, 4))):
        raise PictureError(
            "An array of shape {shape} is no picture; give (height, width), "
            "(height, width, 3) for RGB or (height, width, 4) for RGBA.",
            shape=shape,
        )
    return Image.fromarray(np.ascontiguousarray(_eight_bits(array)))


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Brightness of any number type -> uint8 0..255."""
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.uint16:
        return (values // 257).astype(np.uint8)  # 65535 = 255 * 257
    if not (np.issubdtype(values.dtype, np.number) or values.dtype == bool):
        raise PictureError(
            "An array of {kind} is no picture; give numbers in 0..255.", kind=str(values.dtype)
        )
    low, high = values.min(), values.max()
    if np.iscomplexobj(values) or not (low >= 0 and high <= 255):  # NaN fails here too
        raise PictureError(
            "The picture's values run from {low} to {high}; give 0..255, or 0..1 as floats.",
            low=low,
            high=high,
        )
    zero_to_one = values.dtype == bool or (np.issubdtype(values.dtype, np.floating) and high <= 1)
    return np.rint(values * 255.0 if zero_to_one else values).astype(np.uint8)


def _upright_rgb(image: Image.Image, longest: int) -> Image.Image:
    if image.mode[0] in "IF":  # grey of more than 8 bits
        image = _eight_bit_grey(ImageOps.exif_transpose(image))
    elif image.mode == "P" or "transparency" in image.info:
        image = image.convert("RGBA")
    if max(image.size) > longest:
        image.thumbnail((longest, longest))  # decodes a large JPEG at a fraction of its size
    image = ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bit_grey(image: Image.Image) -> Image.Image:
    levels = np.asarray(image)
    # Pillow holds the 16-bit grey of some formats in 32-bit integers.
    if levels.dtype.kind in "iu" and levels.min() >= 0 and levels.max() <= 65535:
        levels = levels.astype(np.uint16)
    return Image.fromarray(_eight_bits(levels))
