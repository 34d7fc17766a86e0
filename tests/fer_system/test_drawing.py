import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from fer_system import Face, Tracker, annotate, drawing, emoji
from fer_system.colours import class_colour
from fer_system.drawing import SMALLEST, default_label, default_numbers
from fer_system.emotions import FER2013
from tests.pngs import claiming

GREY = 120


def picture_of(height, width):
    return np.full((height, width, 3), GREY, np.uint8)


def face_at(*box, label="happy"):
    return Face(box, {label: 0.93, "other": 0.07}, 0.9)


@pytest.fixture
def emojis(monkeypatch, tmp_path):
    """A folder of emoji of the test's own."""
    monkeypatch.setattr(emoji, "emoji_path", lambda name: tmp_path / f"{name}.png")
    return tmp_path


def drawn(annotated):
    """(left, top, right, bottom) of what differs from the grey picture."""
    rows, columns = np.nonzero((annotated != GREY).any(axis=2))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def written(annotated):
    """How many pixels belong to the label's letters."""
    return (annotated < 60).all(axis=2).sum()


def test_it_draws_on_a_copy_of_the_same_size():
    picture = picture_of(480, 640)
    annotated = annotate(picture, [face_at(200, 150, 180, 200)])
    assert annotated.shape == picture.shape
    assert annotated.dtype == np.uint8
    assert (picture == GREY).all()
    assert drawn(annotated)[2:] == (380, 350)


def test_without_faces_it_is_a_plain_copy():
    picture = picture_of(480, 640)
    annotated = annotate(picture, [])
    np.testing.assert_array_equal(annotated, picture)
    assert annotated is not picture


def test_the_inside_of_the_box_stays_visible():
    annotated = annotate(picture_of(480, 640), [face_at(200, 150, 180, 200)])
    assert (annotated[160:340, 210:370] == GREY).all()


def test_the_label_is_whole_in_every_corner(subtests):
    for case, box in {
        "top left": (0, 0, 100, 100),
        "top right": (540, 0, 100, 100),
        "bottom left": (0, 380, 100, 100),
        "bottom right": (540, 380, 100, 100),
    }.items():
        with subtests.test(case=case):
            in_corner = annotate(picture_of(480, 640), [face_at(*box)])
            in_middle = annotate(picture_of(480, 640), [face_at(270, 190, 100, 100)])

            assert written(in_corner) == written(in_middle) > 100


def test_labels_cover_neither_the_other_faces_nor_each_other():
    faces = [face_at(20 + 130 * number, 200, 100, 120) for number in range(4)]
    annotated = annotate(picture_of(480, 640), faces, numbers=())
    for face in faces:
        left, top, width, height = face.box
        inside = annotated[top + 5 : top + height - 5, left + 5 : left + width - 5]
        assert (inside == GREY).all()
    single = annotate(picture_of(480, 640), faces[:1])
    assert written(annotated) == 4 * written(single)


def test_labels_say_what_is_asked_for_in_the_colour_asked_for():
    faces = [face_at(100, 200, 100, 120), face_at(400, 200, 100, 120, label="sad")]
    plain = annotate(picture_of(480, 640), faces)
    asked = annotate(
        picture_of(480, 640),
        faces,
        labels=[default_label(face) for face in faces],
        numbers=[1, 2],
        colours=[class_colour("happy", ("happy", "other")), class_colour("sad", ("sad", "other"))],
    )
    np.testing.assert_array_equal(plain, asked)
    for other in (
        {"labels": ["glücklich 93 %", "sad 93%"]},
        {"numbers": [7, 2]},
        {"numbers": ()},
        {"colours": [(0, 114, 178), (0, 158, 115)]},
    ):
        assert (annotate(picture_of(480, 640), faces, **other) != plain).any(), other


def test_a_box_has_its_colour_and_a_dark_line_within():
    annotated = annotate(
        picture_of(480, 640), [face_at(200, 150, 180, 200)], colours=[(0, 90, 250)]
    )
    assert (annotated[349, 200:380] == (0, 90, 250)).all()
    row = annotated[250, 200:290]
    dark = np.flatnonzero((row == 0).all(axis=1))
    assert len(dark) == 1
    assert (row[: dark[0]] == (0, 90, 250)).all()
    assert (row[dark[0] + 1 :] == GREY).all()


def test_followed_faces_keep_their_numbers_and_a_single_face_has_none():
    face = face_at(100, 200, 100, 120)
    assert default_numbers([face]) == ()
    assert default_numbers([face, face]) == [1, 2]
    tracker = Tracker()
    tracker.update([face_at(500, 10, 50, 50)], 0)
    (followed,) = [face for face in tracker.update([face], 9) if not face.unseen]
    assert default_numbers([followed]) == [2]


def crowd(columns, rows, side, apart):
    """Faces of random classes in rows, `apart` pixels from one to the next."""
    rng = np.random.default_rng(1)
    places = [(40 + x * apart, 60 + y * apart) for y in range(rows) for x in range(columns)]
    return [
        Face((*place, side, side), {name: 0.93, "other": 0.07}, 0.9)
        for place, name in zip(places, rng.choice(FER2013, len(places)), strict=True)
    ]


def changed_inside(annotated, faces):
    """How many pixels of the faces, within their boxes' lines, were drawn on."""
    insides = [
        annotated[top + 4 : top + height - 4, left + 4 : left + width - 4]
        for left, top, width, height in (face.box for face in faces)
    ]
    return sum((inside != GREY).any(axis=2).sum() for inside in insides)


def test_in_a_crowd_no_label_covers_a_face_or_another_label(subtests):
    for columns, rows, side, apart in ((6, 5, 60, 230), (10, 8, 40, 140), (13, 8, 36, 110)):
        with subtests.test(faces=columns * rows):
            faces = crowd(columns, rows, side, apart)
            annotated = annotate(picture_of(1200, 1600), faces, numbers=[8] * len(faces))
            assert changed_inside(annotated, faces) == 0
            alone = annotate(picture_of(1200, 1600), faces[:1], numbers=[8])
            assert written(annotated) > len(faces) * 40
            assert written(alone) > 40


def test_where_faces_leave_no_room_the_least_of_them_is_covered():
    faces = crowd(16, 12, 99, 99)
    annotated = annotate(picture_of(1200, 1600), faces)
    share = changed_inside(annotated, faces) / (len(faces) * 91**2)
    assert 0 < share < 0.35


def test_a_label_without_room_beside_its_face_has_a_line_to_it():
    """Of nine faces, close together, that in the middle: its number has room outside alone."""
    middle, *others = [(323, 323), *((x, y) for x in (300, 323, 346) for y in (300, 346))]
    others += [(300, 323), (346, 323)]
    faces = [face_at(*place, 22, 22, label="no emoji") for place in (middle, *others)]
    colours = [(0, 0, 255)] + [(90, 90, 90)] * 8
    annotated = annotate(picture_of(700, 900), faces, colours=colours)
    rows, columns = np.nonzero((annotated == (0, 0, 255)).all(axis=2))
    outside = (rows < 300) | (rows > 368) | (columns < 300) | (columns > 368)
    assert outside.sum() > 10


def test_words_that_no_font_has_are_in_english_and_names_spelled(monkeypatch):
    monkeypatch.setattr(drawing, "can_write", str.isascii)
    face = face_at(200, 150, 180, 200)
    english = annotate(picture_of(480, 640), [face])
    np.testing.assert_array_equal(english, annotate(picture_of(480, 640), [face], ["高兴 93%"]))


def test_a_small_picture_is_enlarged_with_or_without_faces(subtests):
    for shape in ((1, 1), (48, 48), (100, 100), (319, 20), (20, 319)):
        with subtests.test(shape=shape):
            faces = [face_at(0, 0, *shape[::-1])]
            annotated = annotate(picture_of(*shape), faces)
            assert max(annotated.shape) == SMALLEST
            assert annotate(picture_of(*shape), []).shape == annotated.shape
            assert (annotated != GREY).any()


def test_a_48_pixel_face_gets_a_whole_readable_label():
    annotated = annotate(picture_of(48, 48), [face_at(0, 0, 48, 48)])
    assert written(annotated) > 200


def test_the_label_grows_with_the_picture():
    def height(side):
        box = [side // 4, side // 2, side // 4, side // 4]
        return side // 2 - drawn(annotate(picture_of(side, side), [face_at(*box)]))[1]

    assert height(400) < height(1200) < height(4000)


def test_an_uncertain_face_gets_the_same_plate_whatever_its_classes_are(emojis):
    Image.new("RGB", (64, 64), "red").save(emojis / "happy.png")
    picture, face = picture_of(480, 640), face_at(200, 150, 180, 200)
    uncertain = annotate(picture, [replace(face, threshold=0.95)])
    other = replace(face, threshold=0.95, probabilities={"sad": 0.6, "fear": 0.4})
    np.testing.assert_array_equal(uncertain, annotate(picture, [other]))
    assert written(uncertain) > 100
    assert (annotate(picture, [face]) == (255, 0, 0)).all(axis=2).any()
    assert not (uncertain == (255, 0, 0)).all(axis=2).any()


def test_odd_shapes_do_no_harm(subtests):
    for shape in ((5, 3000), (3000, 5), (30, 400)):
        with subtests.test(shape=shape):
            assert annotate(picture_of(*shape), [face_at(0, 0, 5, 5)]).shape == (*shape, 3)


def test_any_class_name_can_be_drawn(subtests):
    for label in ("glücklich", "Злой", "幸せ", "no such class", "", "a\0b", "../x"):
        with subtests.test(label=label):
            annotated = annotate(picture_of(480, 640), [face_at(200, 150, 180, 200, label=label)])
            assert written(annotated) > 50


def test_an_emoji_file_of_any_size_and_mode_is_drawn(subtests, emojis):
    for size in ((1, 1), (16, 16), (512, 512), (300, 60), (60, 300)):
        for mode in ("RGBA", "RGB", "P", "L"):
            with subtests.test(size=size, mode=mode):
                Image.new("RGBA", size, (200, 0, 0, 255)).convert(mode).save(emojis / "happy.png")
                with_emoji = annotate(picture_of(480, 640), [face_at(200, 150, 180, 200)])
                without = annotate(
                    picture_of(480, 640), [face_at(200, 150, 180, 200, label="happX")]
                )
                assert drawn(with_emoji)[1] == drawn(without)[1]
                label = with_emoji[drawn(with_emoji)[1] : 149, 200:240]
                expected = (76, 76, 76) if mode == "L" else (200, 0, 0)
                distance = np.abs(label.astype(int) - expected).max(axis=2)
                assert (distance < 60).any()


def test_replacing_the_file_replaces_the_emoji(emojis):
    def show():
        return annotate(picture_of(480, 640), [face_at(200, 150, 180, 200)])

    path = emojis / "happy.png"
    missing = show()
    Image.new("RGB", (64, 64), "red").save(path)
    red = show()
    Image.new("RGB", (64, 64), "blue").save(path)
    os.utime(path, ns=(1, 1))
    blue = show()
    path.write_bytes(b"no picture")
    damaged = show()
    path.write_bytes(claiming(100_000, 100_000))
    huge = show()
    assert (red == (255, 0, 0)).all(axis=2).any()
    assert (blue == (0, 0, 255)).all(axis=2).any()
    assert not (blue == (255, 0, 0)).all(axis=2).any()
    np.testing.assert_array_equal(missing, damaged)
    np.testing.assert_array_equal(missing, huge)


def test_transparent_parts_of_an_emoji_show_the_label_below(emojis):
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(emojis / "happy.png")
    annotated = annotate(picture_of(480, 640), [face_at(200, 150, 180, 200)])
    assert not (annotated == (255, 0, 0)).all(axis=2).any()
