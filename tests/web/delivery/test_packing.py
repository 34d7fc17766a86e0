import gzip

import brotli
import pytest

from web.delivery.packing import best_coding, pack


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, BR;q=0.5", "br"),
        ("gzip", "gzip"),
        ("deflate", None),
        ("brotli", None),
        ("*", None),
        ("", None),
    ],
)
def test_the_smallest_coding_is_taken_that_the_browser_can_read(accepted, coding):
    assert best_coding(accepted) == coding


def test_what_is_packed_can_be_unpacked():
    content = b"a page " * 1000
    for coding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        packed = pack(content, coding)
        assert unpack(packed) == content
        assert len(packed) < len(content) / 10
