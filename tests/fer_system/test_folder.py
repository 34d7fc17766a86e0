"""Files, folders and archives as one list of pictures, and the faces of each."""

import io
import os

import numpy as np
import pytest
from PIL import Image
from skimage import data

from fer_system.errors import FolderError
from fer_system.folder import natural_order, open_pictures, recognize
from fer_system.recognizer import Recognizer
from tests.archives import complaint, names, packed


@pytest.fixture(scope="module")
def recognizer(model_path):
    return Recognizer(model_path, "haar")


@pytest.fixture(scope="module")
def astronaut():
    """A real face, as the bytes of a small JPEG."""
    file = io.BytesIO()
    Image.fromarray(data.astronaut()).resize((256, 256)).save(file, "JPEG")
    return file.getvalue()


def test_a_folder_is_searched_to_the_bottom_in_natural_order(tmp_path):
    for name in ("10.png", "2.png", "B/1.png", "a/b/007.png", "a/b/8.png", "a/9.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path) == ["2.png", "10.png", "a/9.png", "a/b/007.png", "a/b/8.png", "B/1.png"]
    packed(tmp_path / "all.zip", [("10.png", b"x"), ("2.png", b"x")])
    assert names(tmp_path / "all.zip") == ["2.png", "10.png"]


def test_the_order_bears_names_of_every_kind():
    ordered = ["", "1", "1a", "9" * 10_000, "a", "A1", "a01", "a1", "a1b2", "²", "٣"]
    assert sorted(ordered[5:] + ordered[:5], key=natural_order) == ordered


def test_what_systems_leave_behind_is_no_picture(tmp_path):
    left = ("__MACOSX/._1.png", ".DS_Store", "Thumbs.db", "a/desktop.ini", ".hidden/1.png")
    packed(tmp_path / "all.zip", [(name, b"x") for name in (*left, "./a/1.png")])
    assert names(tmp_path / "all.zip") == ["./a/1.png"]


OTHERS = ("a.txt", "b/README.md", "c.CSV", "d.json", "e.html", "f.py", "g.pdf", "h.mp4", "i.db")
TRIED = ("1.JPG", "2.heic", "3.svg", "b/4", "b/5.zip")
"""Pictures, and what may hold some: a person should hear of those that cannot be read."""


def test_other_files_among_pictures_are_left_aside_and_counted(tmp_path, astronaut):
    for name in (*OTHERS, *TRIED):
        (tmp_path / "all" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "all" / name).write_bytes(b"x")
    packed(tmp_path / "all.zip", [(name, b"x") for name in (*OTHERS, *TRIED, ".DS_Store")])
    loose = [tmp_path / "all" / name for name in (*OTHERS, *TRIED[:3])]
    for paths, expected in [
        ([tmp_path / "all"], TRIED),
        ([tmp_path / "all.zip"], TRIED),
        (loose, TRIED[:3]),
    ]:
        with open_pictures(paths) as (entries, left_aside):
            assert tuple(entry.name for entry in entries) == expected
            assert left_aside == len(OTHERS)


def test_other_files_alone_are_no_pictures_but_one_that_is_named_is_tried(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_bytes(b"x")
    with pytest.raises(FolderError, match=r"^There are no pictures in notes; .*\.$"):
        names(tmp_path / "notes")
    assert names(tmp_path / "notes" / "a.txt") == ["a.txt"]


def test_a_name_too_long_for_any_file_costs_that_picture(tmp_path, recognizer, astronaut):
    members = [("1.jpg", astronaut), ("2" * 300 + ".jpg", astronaut), ("3" * 60_000, astronaut)]
    path = packed(tmp_path / "long.zip", members)
    with open_pictures([path]) as (entries, _):
        first, second, third = (recognize(recognizer, entry)[0] for entry in entries)
    assert first.faces == second.faces != ()
    assert str(third.error) == "The name is too long; give the picture a shorter one."
    assert len(third.name) < 5_000, "a page of such names is too much"
    assert "cannot be read" in complaint(tmp_path / ("4" * 300 + ".jpg"))


def test_files_folders_and_archives_may_be_mixed(tmp_path, astronaut):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "1.jpg").write_bytes(astronaut)
    (tmp_path / "2.jpg").write_bytes(astronaut)
    archive = packed(tmp_path / "some.ZIP", [("3.jpg", astronaut)])
    with open_pictures([tmp_path / "folder", tmp_path / "2.jpg", archive]) as (entries, _):
        assert [entry.name for entry in entries] == ["1.jpg", "2.jpg", "3.jpg"]
        assert {entry.read() for entry in entries} == {astronaut}


def test_a_linked_folder_is_not_followed_and_a_broken_link_is_told(tmp_path):
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "broken.png").symlink_to(tmp_path / "gone.png")
    assert "cannot be read" in complaint(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert complaint(tmp_path) == "This is no file; choose a picture."


def test_an_empty_folder_and_an_empty_archive_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    packed(tmp_path / "empty.zip", [(".DS_Store", b"x"), ("folder/", b"")])
    for path in (tmp_path / "empty", tmp_path / "empty.zip"):
        with pytest.raises(FolderError, match=rf"^There are no pictures in {path.name}; .*\.$"):
            names(path)
    with pytest.raises(FolderError, match=r"none\.zip cannot be read .*\.$"):
        names(tmp_path / "none.zip")


def test_more_files_than_allowed_are_refused(tmp_path):
    path = packed(tmp_path / "many.zip", [(f"{number}.png", b"") for number in range(101)])
    assert len(names(path)) == 101
    with (
        pytest.raises(FolderError, match="101 files, more than the 100 allowed"),
        open_pictures([path], most=100),
    ):
        pass


def test_pictures_of_every_kind_are_read_and_too_large_ones_told(recognizer, tmp_path, astronaut):
    small = Image.open(io.BytesIO(astronaut))
    kinds = {
        "animated.gif": (small, {"save_all": True, "append_images": [small]}),
        "cmyk.jpg": (small.convert("CMYK"), {}),
        "deep.png": (Image.fromarray(np.asarray(small.convert("L")).astype(np.uint16) * 257), {}),
        "huge.png": (Image.new("1", (9000, 9000)), {}),
    }
    (tmp_path / "kinds").mkdir()
    for name, (image, options) in kinds.items():
        image.save(tmp_path / "kinds" / name, **options)
    with open_pictures([tmp_path / "kinds"]) as (entries, _):
        *read, huge = (recognize(recognizer, entry)[0] for entry in entries)
    assert [len(result.faces) for result in read] == [1, 1, 1]
    assert "64 million" in str(huge.error)


def test_more_archives_than_can_be_held_open_are_refused(tmp_path):
    path = packed(tmp_path / "1.zip", [("1.png", b"")])
    assert len(names(*[path] * 20)) == 20
    with pytest.raises(FolderError, match="More than 20 archives"):
        names(*[path] * 21)


def test_one_bad_picture_tells_why_and_the_others_go_on(recognizer, tmp_path, astronaut):
    truncated, text = astronaut[: len(astronaut) // 2], b"This is not a picture."
    members = [("1.jpg", astronaut), ("2.jpg", truncated), ("3.jpg", text), ("4.jpg", b"")]
    path = packed(tmp_path / "mixed.zip", [*members, ("5.jpg", astronaut)])
    with open_pictures([path]) as (entries, _):
        results, pixels = zip(*(recognize(recognizer, entry) for entry in entries), strict=True)
    assert [result.error is None for result in results] == [True, False, False, False, True]
    assert [shown is not None for shown in pixels] == [True, False, False, False, True]
    assert all(str(result.error).endswith(".") for result in results[1:4])
    tracebacks = [result.error.__traceback__ for result in results[1:4]]
    assert tracebacks == [None] * 3, "a file's bytes stay in memory"
    assert results[0].faces == results[4].faces == tuple(recognizer(astronaut, quality=True))
    assert results[0].size == (256, 256)
