"""The cards of faces: what they name, what they show when opened, what they leave out."""

import base64
import io
import re
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from PIL import Image
from skimage import data

from fer_system import Face, Recognizer
from fer_system.card import emoji_styles
from fer_system.quality import Note
from tests.markup import read
from tests.pngs import claiming
from web import cards, text

SHARES = {"angry": 0.2, "happy": 0.7, "sad": 0.1}


@pytest.fixture(scope="module")
def face():
    """The astronaut's, with maps that speak for happy at the top left and hardly for angry."""
    maps = np.full((6, 6, 3), -1, np.float32)
    maps[0, 0, 1], maps[5, 5, 0] = 8, 2
    return Face((172, 62, 104, 104), SHARES, 0.9, 0.5, (172.0, 62.0, 104.0), maps=maps)


def card_of(face):
    (article,) = read(cards.face_cards([face], data.astronaut())).all("article")
    return article


def levels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def decoded(address):
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))


def test_a_card_names_the_emotion_and_lists_all(face):
    card = card_of(face)
    assert card.attributes["aria-label"] == "Happy, 70\N{NO-BREAK SPACE}%"
    assert [bar.text for bar in card.all("li")] == ["Angry 20 %", "Happy 70 %", "Sad 10 %"]
    assert not card.all("p", "fer-hint")


def test_an_uncertain_face_is_named_uncertain_and_told_why(face):
    card = card_of(replace(face, threshold=0.8))
    assert card.attributes["aria-label"] == "Uncertain, perhaps Happy, 70\N{NO-BREAK SPACE}%"
    assert [title.text for title in card.all("strong")] == ["Uncertain"]
    (reason,) = card.all("p", "fer-hint")
    assert "80 %" in reason.text


def test_each_quality_note_is_a_sentence(face):
    assert set(text.QUALITY) == set(get_args(Note))
    noted = replace(face, quality=get_args(Note), square=(180.0, 70.0, 24.4))
    sentences = [hint.text for hint in card_of(noted).all("p", "fer-hint")]
    assert len(sentences) == len(text.QUALITY)
    assert sentences[0].startswith("The face is only 24 pixels wide")
    assert not any("{" in sentence for sentence in sentences)


def test_the_opened_card_shows_the_square_the_network_saw_in_grey(face):
    (figure,) = card_of(face).all("figure")
    (seen,) = figure.all("img")
    shown = np.asarray(decoded(seen.attributes["src"]).convert("RGB"), int)
    assert shown.shape == (cards.SEEN_SIZE, cards.SEEN_SIZE, 3)
    assert np.ptp(shown, axis=2).max() <= 2
    grey = np.asarray(Image.fromarray(data.astronaut()[62:166, 172:276]).convert("L"), float)
    small = np.asarray(Image.fromarray(shown[..., 0].astype(np.uint8)).resize((104, 104)), float)
    assert np.abs(small - grey).mean() < 4


def test_every_class_has_a_heat_map_to_choose_and_the_label_is_chosen(face):
    card = card_of(face)
    chosen = ["checked" in choice.attributes for choice in card.all("input")]
    assert chosen == [False, True, False]
    assert len({choice.attributes["name"] for choice in card.all("input")}) == 1
    assert [heat.attributes["alt"] for heat in card.all("img", "fer-heat")] == [
        f"The places that speak for {name}, drawn over the face"
        for name in ("Angry", "Happy", "Sad")
    ]


def test_a_face_without_maps_has_bars_but_nothing_to_choose(face):
    card = card_of(replace(face, maps=None))
    assert len(card.all("li")) == 3
    assert not card.all("input")
    assert not card.all("img", "fer-heat")
    assert card.all("figure")


def test_heat_lies_where_the_map_speaks_for_the_class_and_on_one_scale(face):
    angry, happy, sad = (levels(png)[..., 3] for png in cards.heat_maps(face.maps).values())
    assert np.unravel_index(happy.argmax(), happy.shape) < (8, 8)
    assert np.unravel_index(angry.argmax(), angry.shape) >= (40, 40)
    assert happy.max() == 204  # four fifths opaque
    assert 0.1 < angry.max() / happy.max() < 0.4
    assert not sad.any()


def test_maps_that_speak_for_nothing_stay_clear():
    maps = np.full((6, 6, 7), -3, np.float32)
    assert not any(levels(png)[..., 3].any() for png in cards.heat_maps(maps).values())


def test_brighter_means_more_for_the_colour_blind_too(face):
    happy = levels(cards.heat_maps(face.maps)[1]).reshape(-1, 4).astype(float)
    luminance = happy[:, :3] @ (0.2126, 0.7152, 0.0722)
    order = np.lexsort((luminance, happy[:, 3]))
    assert (np.diff(luminance[order]) >= -1).all()
    assert np.ptp(luminance) > 150


def test_one_card_is_open_and_several_are_closed(face):
    def states(faces):
        root = read(cards.face_cards(faces, data.astronaut()))
        return [button.attributes["aria-expanded"] for button in root.all("button")]

    assert states([face]) == ["true"]
    assert states([face, face]) == ["false", "false"]


def test_a_card_says_where_its_face_lies_in_the_picture(face):
    shares = [float(share) for share in card_of(face).attributes["data-box"].split()]
    assert shares == pytest.approx([172 / 512, 62 / 512, 276 / 512, 166 / 512], abs=1e-4)


def test_several_faces_have_the_numbers_of_the_records_and_one_has_none(face):
    def numbers(faces):
        root = read(cards.face_cards(faces, data.astronaut()))
        return [number.text for number in root.all("span", "fer-number")]

    assert numbers([face]) == []
    assert numbers([face, face]) == ["1", "2"]
    assert numbers([face] * 51) == [str(number) for number in range(1, 51)]


def test_beyond_fifty_faces_there_is_a_sentence(face):
    assert "fer-card" in cards.face_cards([face] * 50, data.astronaut())
    assert "2 smaller faces" in cards.face_cards([face] * 52, data.astronaut())
    assert "smaller faces" not in cards.face_cards([face] * 50, data.astronaut())


def test_an_uncertain_face_that_lies_on_its_side_is_told_so(face):
    lying = replace(face, threshold=0.8, turned=90)
    sentences = [hint.text for hint in card_of(lying).all("p", "fer-hint")]
    assert sentences[1] == text.UNCERTAIN_TURNED
    assert not card_of(replace(lying, threshold=0.5)).all("p", "fer-hint")


def test_the_cards_of_a_real_picture_are_whole_markup(model_path):
    faces = Recognizer(model_path, "haar", threshold=1.0)(data.astronaut())
    assert len(read(cards.face_cards(faces, data.astronaut())).all("article")) == len(faces) > 0


def test_an_emoji_of_endless_size_is_a_dot_too(monkeypatch, tmp_path):
    monkeypatch.setattr("fer_system.emoji.emoji_path", lambda name: tmp_path / f"{name}.png")
    (tmp_path / "happy.png").write_bytes(claiming(100_000, 100_000))
    assert emoji_styles(["happy"]) == emoji_styles(["bored"])


def test_classes_without_an_emoji_get_dots_of_different_colours():
    styles = emoji_styles(["happy", "bored", "tr\xe8s content"])
    colours = re.findall(r"--colour-\d:(.*?);", styles)
    assert len(set(colours)) == 3
    emojis = re.findall(r"--emoji-\d:(.*?);", styles)
    assert "data:image/webp" in emojis[0]
    for emoji, colour in zip(emojis[1:], colours[1:], strict=True):
        assert "gradient" in emoji
        assert colour in emoji
