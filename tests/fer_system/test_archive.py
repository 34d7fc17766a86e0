"""Zip archives of strangers: nothing but pictures comes out of them, and sentences."""

import stat
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from fer_system.errors import FolderError
from fer_system.folder import open_pictures
from fer_system.picture import PictureError
from tests.archives import complaint, names, packed


def test_what_is_no_archive_is_refused_by_a_sentence(subtests, tmp_path):
    for content in (b"", b"not a zip", b"PK\x05\x06" + bytes(17)):
        with subtests.test(content=content):
            (tmp_path / "bad.zip").write_bytes(content)
            with pytest.raises(FolderError, match=r"^bad\.zip is damaged or no zip archive; .*\.$"):
                names(tmp_path / "bad.zip")


def test_an_encrypted_archive_is_refused(tmp_path):
    path = packed(tmp_path / "secret.zip", [("1.png", b"x")])
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # the flag of the list at the end
    path.write_bytes(content)
    with pytest.raises(FolderError, match=r"^secret\.zip is encrypted; .*\.$"):
        names(path)


def test_a_name_that_climbs_out_is_refused_and_written_nowhere(subtests, tmp_path):
    for name in ("../1.png", "a/../../1.png", "/etc/1.png", "..\\1.png", "C:\\1.png", "C:1.png"):
        with subtests.test(name=name):
            path = packed(tmp_path / "climbs.zip", [(name, b"x")])
            assert complaint(path).startswith("The name leads out of the archive")
            assert list(tmp_path.iterdir()) == [path]


def test_a_link_an_archive_and_an_unusual_method_within_an_archive_are_refused(tmp_path):
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "a link to another" in complaint(packed(tmp_path / "1.zip", [(link, b"/etc/passwd")]))
    assert "within an archive" in complaint(packed(tmp_path / "2.zip", [("inner.ZIP", b"")]))
    squeezed = packed(tmp_path / "3.zip", [("1.png", bytes(1000))], zipfile.ZIP_BZIP2)
    assert "unusual method" in complaint(squeezed)


def test_an_archive_of_very_many_names_is_refused_before_they_are_read(tmp_path):
    path = packed(tmp_path / "many.zip", [(f"{number:0>400}.png", b"") for number in range(20_000)])
    with pytest.raises(FolderError, match=r"^many\.zip lists far too many files, .*\.$"):
        names(path)


def test_a_file_and_an_archive_that_unpack_to_too_much_are_refused(tmp_path):
    packed(tmp_path / "1.zip", [("long.png", bytes(65 * 2**20))])
    assert complaint(tmp_path / "1.zip").startswith("The file is longer than the 64 MB")
    with open(tmp_path / "long.png", "wb") as file:  # noqa: PTH123
        file.truncate(65 * 2**20)
    assert complaint(tmp_path / "long.png").startswith("The file is longer than the 64 MB")

    content = bytearray(packed(tmp_path / "2.zip", [("1.png", b"x")]).read_bytes())
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = (3 * 2**30).to_bytes(4, "little")
    (tmp_path / "2.zip").write_bytes(content)
    with pytest.raises(FolderError, match=r"^2\.zip unpacks to more than the 2 GB allowed"):
        names(tmp_path / "2.zip")


def test_a_file_longer_than_it_claims_is_not_unpacked_whole(tmp_path):
    path = packed(tmp_path / "lies.zip", [("1.png", bytes(50 * 2**20))])
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    assert complaint(path) == "The file is damaged within its archive; pack it again."


def test_damaged_archives_raise_nothing_but_sentences(tmp_path):
    members = [("a/1.jpg", bytes(range(250)) * 2), ("b/2.jpg", b"text" * 50)]
    whole = np.frombuffer(packed(tmp_path / "1.zip", members).read_bytes(), np.uint8)
    random = np.random.default_rng(0)
    for _ in range(1000):
        damaged = whole.copy()
        damaged[random.integers(len(whole), size=4)] = random.integers(256, size=4)
        (tmp_path / "1.zip").write_bytes(damaged.tobytes())
        with suppress(FolderError), open_pictures([tmp_path / "1.zip"]) as (entries, _):
            for entry in entries:
                with suppress(PictureError):
                    entry.read()


def test_archives_of_windows_programs_have_folders_too(tmp_path):
    path = packed(tmp_path / "1.zip", [("happy\\1.png", b"")])
    assert names(path) == ["happy/1.png"]


def test_line_breaks_and_broken_letters_in_names_are_replaced(tmp_path):
    assert names(packed(tmp_path / "1.zip", [("a\n\x1b[31m.png", b"")])) == ["a��[31m.png"]
