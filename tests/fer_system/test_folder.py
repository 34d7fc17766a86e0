import io
import os
import stat
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image
from skimage import data
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from fer_system import metrics
from fer_system.emotions import FER2013, class_named
from fer_system.errors import FolderError
from fer_system.folder import natural_order, open_pictures, recognize
from fer_system.picture import PictureError
from fer_system.recognizer import Face, Recognizer
from fer_system.records import describe_figures
from fer_system.results import Result, figures


@pytest.fixture(scope="module")
def recognizer(model_path):
    return Recognizer(model_path, "haar")


@pytest.fixture(scope="module")
def astronaut():
    """A real face, as the bytes of a small JPEG."""
    file = io.BytesIO()
    Image.fromarray(data.astronaut()).resize((256, 256)).save(file, "JPEG")
    return file.getvalue()


def packed(path, members, method=zipfile.ZIP_DEFLATED):
    """A zip archive of (name or ZipInfo, bytes)."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def names(*paths):
    with open_pictures(paths) as entries:
        return [entry.name for entry in entries]


def complaint(path):
    """Why the only entry of an archive cannot be read."""
    with open_pictures([path]) as [entry], pytest.raises(PictureError) as refusal:
        entry.read()
    return str(refusal.value)


def face(label, share=0.9):
    rest = (1 - share) / (len(FER2013) - 1)
    return Face((1, 2, 3, 4), {name: share if name == label else rest for name in FER2013}, 0.9)


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


def test_files_folders_and_archives_may_be_mixed(tmp_path, astronaut):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "1.jpg").write_bytes(astronaut)
    (tmp_path / "2.jpg").write_bytes(astronaut)
    archive = packed(tmp_path / "some.ZIP", [("3.jpg", astronaut)])
    with open_pictures([tmp_path / "folder", tmp_path / "2.jpg", archive]) as entries:
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


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(17)])
def test_what_is_no_archive_is_refused_by_a_sentence(content, tmp_path):
    (tmp_path / "bad.zip").write_bytes(content)
    with pytest.raises(FolderError, match=r"^bad\.zip is damaged or no zip archive; .*\.$"):
        names(tmp_path / "bad.zip")


def test_an_empty_folder_and_an_empty_archive_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    packed(tmp_path / "empty.zip", [(".DS_Store", b"x"), ("folder/", b"")])
    for path in (tmp_path / "empty", tmp_path / "empty.zip"):
        with pytest.raises(FolderError, match=rf"^There are no pictures in {path.name}; .*\.$"):
            names(path)
    with pytest.raises(FolderError, match=r"none\.zip cannot be read .*\.$"):
        names(tmp_path / "none.zip")


def test_an_encrypted_archive_is_refused(tmp_path):
    path = packed(tmp_path / "secret.zip", [("1.png", b"x")])
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # the flag of the list at the end
    path.write_bytes(content)
    with pytest.raises(FolderError, match=r"^secret\.zip is encrypted; .*\.$"):
        names(path)


def test_more_files_than_allowed_are_refused(tmp_path):
    path = packed(tmp_path / "many.zip", [(f"{number}.png", b"") for number in range(101)])
    assert len(names(path)) == 101
    with (
        pytest.raises(FolderError, match="101 files, more than the 100 allowed"),
        open_pictures([path], most=100),
    ):
        pass


@pytest.mark.parametrize(
    "name", ["../1.png", "a/../../1.png", "/etc/1.png", "..\\1.png", "C:\\1.png", "C:1.png"]
)
def test_a_name_that_climbs_out_is_refused_and_written_nowhere(name, tmp_path, astronaut):
    path = packed(tmp_path / "climbs.zip", [(name, astronaut)])
    assert complaint(path).startswith("The name leads out of the archive")
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_an_archive_and_an_unusual_method_within_an_archive_are_refused(tmp_path):
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "a link to another" in complaint(packed(tmp_path / "1.zip", [(link, b"/etc/passwd")]))
    assert "within an archive" in complaint(packed(tmp_path / "2.zip", [("inner.ZIP", b"")]))
    squeezed = packed(tmp_path / "3.zip", [("1.png", bytes(1000))], zipfile.ZIP_BZIP2)
    assert "unusual method" in complaint(squeezed)


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


def test_damaged_archives_raise_nothing_but_sentences(tmp_path, astronaut):
    members = [("a/1.jpg", astronaut[:500]), ("b/2.jpg", b"text" * 50)]
    whole = np.frombuffer(packed(tmp_path / "1.zip", members).read_bytes(), np.uint8)
    random = np.random.default_rng(0)
    for _ in range(1000):
        damaged = whole.copy()
        damaged[random.integers(len(whole), size=4)] = random.integers(256, size=4)
        (tmp_path / "1.zip").write_bytes(damaged.tobytes())
        with suppress(FolderError), open_pictures([tmp_path / "1.zip"]) as entries:
            for entry in entries:
                with suppress(PictureError):
                    entry.read()


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
    with open_pictures([tmp_path / "kinds"]) as entries:
        *read, huge = (recognize(recognizer, entry)[0] for entry in entries)
    assert [len(result.faces) for result in read] == [1, 1, 1]
    assert "64 million" in str(huge.error)


def test_archives_of_windows_programs_have_folders_too(tmp_path):
    path = packed(tmp_path / "1.zip", [("happy\\1.png", b"")])
    assert names(path) == ["happy/1.png"]


def test_more_archives_than_can_be_held_open_are_refused(tmp_path):
    path = packed(tmp_path / "1.zip", [("1.png", b"")])
    assert len(names(*[path] * 20)) == 20
    with pytest.raises(FolderError, match="More than 20 archives"):
        names(*[path] * 21)


def test_line_breaks_and_broken_letters_in_names_are_replaced(tmp_path):
    assert names(packed(tmp_path / "1.zip", [("a\n\x1b[31m.png", b"")])) == ["a��[31m.png"]


def test_one_bad_picture_tells_why_and_the_others_go_on(recognizer, tmp_path, astronaut):
    truncated, text = astronaut[: len(astronaut) // 2], b"This is not a picture."
    members = [("1.jpg", astronaut), ("2.jpg", truncated), ("3.jpg", text), ("4.jpg", b"")]
    path = packed(tmp_path / "mixed.zip", [*members, ("5.jpg", astronaut)])
    with open_pictures([path]) as entries:
        results, pixels = zip(*(recognize(recognizer, entry) for entry in entries), strict=True)
    assert [result.error is None for result in results] == [True, False, False, False, True]
    assert [shown is not None for shown in pixels] == [True, False, False, False, True]
    assert all(str(result.error).endswith(".") for result in results[1:4])
    tracebacks = [result.error.__traceback__ for result in results[1:4]]
    assert tracebacks == [None] * 3, "a file's bytes stay in memory"
    assert results[0].faces == results[4].faces == tuple(recognizer(astronaut, quality=True))
    assert results[0].size == (256, 256)


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("angry", "angry"),
        ("Happy", "happy"),
        (" SAD ", "sad"),
        ("Anger", "angry"),
        ("surprised", "surprise"),
        ("holiday", None),
        ("", None),
        ("3", None),
    ],
)
def test_a_folder_names_a_class_in_any_case_and_by_its_noun_or_adjective(folder, expected):
    assert class_named(folder, FER2013) == expected


def test_a_spelling_counts_only_where_the_model_has_the_class():
    assert class_named("anger", ("happy", "sad")) is None
    assert class_named("anger", ("Anger", "Joy")) == "Anger"


def test_figures_agree_with_scikit_learn():
    random = np.random.default_rng(1)
    for count in (1, 5, 500):
        actual, predicted = random.choice(FER2013[:6], (2, count)).tolist()
        found = metrics.confusion_matrix(zip(actual, predicted, strict=True), FER2013)
        np.testing.assert_array_equal(found, confusion_matrix(actual, predicted, labels=FER2013))
        assert metrics.accuracy(found) == pytest.approx(accuracy_score(actual, predicted))
        expected = f1_score(actual, predicted, average="macro", zero_division=0)
        assert metrics.macro_f1(found) == pytest.approx(expected)


def test_the_largest_face_counts_and_what_counts_nowhere_is_told():
    results = [
        Result("set/happy/1.png", (9, 9), (face("happy"), face("sad"))),
        Result("set/Happy/2.png", (9, 9), (face("fear"),)),
        Result("set/sad/3.png", (9, 9), ()),
        Result("set/sad/4.png", error=PictureError("It is broken.")),
        Result("set/bored/5.png", (9, 9), (face("happy"),)),
        Result("6.png", (9, 9), (face("happy"),)),
    ]
    found = figures(results, FER2013)
    assert (found.faces, found.faceless, found.unreadable) == (2, 1, 1)
    assert found.unknown == {"bored": 1}
    assert found.accuracy == 0.5
    assert found.confusion[FER2013.index("happy"), FER2013.index("fear")] == 1
    described = describe_figures(found)
    assert described["accuracy"] == 0.5
    assert described["confusion"] == found.confusion.tolist()
    assert figures(results[2:], FER2013).faces == 0
