import hashlib

import pytest

from fer_system.download import Download, download


def wanted(address, content):
    sha256 = hashlib.sha256(content).hexdigest()
    return Download("The file", f"{address}/file", sha256, len(content), seconds=5)


def test_a_download_is_what_the_server_holds_and_not_much_more_than_wanted(server):
    address, folder = server
    (folder / "file").write_bytes(b"content")
    assert download(f"{address}/file", 7, 5) == b"content"
    assert download(f"{address}/file", 3, 5) == b"cont"


def test_a_server_that_never_answers_costs_no_more_than_the_limit(silent_server):
    with pytest.raises(OSError, match=r"download failed"):
        download(silent_server, 10, 0.05)


def test_the_first_place_that_holds_it_does_and_the_last_one_keeps_it(server, tmp_path):
    address, folder = server
    (folder / "file").write_bytes(b"content")
    places = [tmp_path / name for name in ("damaged", "missing", "deep/kept")]
    places[0].write_bytes(b"cont")
    assert wanted(address, b"content").content(*places) == b"content"
    assert places[-1].read_bytes() == b"content"
    assert not places[1].exists()
    (folder / "file").unlink()
    assert wanted(address, b"content").content(*places) == b"content"


def test_what_is_something_else_is_not_kept(server, tmp_path):
    address, folder = server
    (folder / "file").write_bytes(b"another")
    with pytest.raises(OSError, match=r"^what was downloaded is not The file \(its SHA-256"):
        wanted(address, b"content").content(tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
