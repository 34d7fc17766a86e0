"""FER+'s votes become labels as its authors count them, and belong to faces by position."""

import numpy as np
import pytest

from fer_system.emotions import FER2013, FERPLUS
from pipeline.data.dataset import Split
from pipeline.data.ferplus import (
    NO_FACE,
    NO_LABEL,
    VotesError,
    majority,
    read_votes,
    relabelled,
    voted_labels,
    with_votes,
)

HEADER = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
)


@pytest.fixture
def write(tmp_path):
    def write(*lines):
        path = tmp_path / "votes.csv"
        path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        return path

    return write


def votes(**given):
    """One face's votes in the order of FERPLUS, then unknown and NF."""
    return [given.get(name, 0) for name in (*FERPLUS, "unknown", "NF")]


def test_a_class_needs_more_than_half_of_the_votes_that_are_no_outliers(subtests):
    for given, label in [
        (votes(happy=10), FERPLUS.index("happy")),
        (votes(contempt=6, neutral=4), FERPLUS.index("contempt")),
        (votes(angry=5, sad=5), NO_LABEL),
        (votes(angry=4, sad=3, fear=3), NO_LABEL),
        (votes(angry=5, sad=2, fear=1, happy=1, neutral=1), FERPLUS.index("angry")),
        (votes(unknown=6, sad=4), NO_LABEL),
        (votes(NF=10), NO_FACE),
        (votes(), NO_LABEL),
    ]:
        with subtests.test(given=given, label=label):
            assert majority(np.array([given])).tolist() == [label]


def test_the_columns_are_put_into_our_order(write):
    path = write(
        "Training,a.png,0,0,0,0,9,0,0,1,0,0",
        "PrivateTest,,1,2,3,0,0,0,0,0,0,4",
        "Training,b.png,0,8,0,0,0,0,0,0,2,0",
    )
    read = read_votes(path)
    assert read["train"].tolist() == [votes(angry=9, contempt=1), votes(happy=8, unknown=2)]
    assert read["test"].tolist() == [votes(neutral=1, happy=2, surprise=3, NF=4)]
    assert read["val"].shape == (0, 10)


def test_faces_without_a_majority_are_left_out_and_the_others_keep_their_picture():
    images = np.arange(3, dtype=np.uint8)[:, None, None] * np.ones((1, 48, 48), np.uint8)
    split = Split(images, np.zeros(3, np.uint8), FER2013)
    voted = np.array([FERPLUS.index("contempt"), NO_FACE, FERPLUS.index("happy")])
    result = relabelled({"train": split}, {"train": voted})["train"]
    assert result.classes == FERPLUS
    assert [result.classes[label] for label in result.labels] == ["contempt", "happy"]
    assert result.images[:, 0, 0].tolist() == [0, 2]


def test_a_split_on_none_of_whose_faces_they_agree_is_refused():
    split = Split(np.zeros((1, 48, 48), np.uint8), np.zeros(1, np.uint8), FER2013)
    with pytest.raises(VotesError, match="agrees on no face of val"):
        relabelled({"val": split}, {"val": np.array([NO_LABEL])})


def test_votes_on_another_number_of_faces_are_refused(write):
    split = Split(np.zeros((3, 48, 48), np.uint8), np.zeros(3, np.uint8), FER2013)
    path = write("Training,a.png,0,9,0,0,0,0,0,0,1,0")
    with pytest.raises(VotesError, match="on 1 faces of train, but there are 3"):
        voted_labels({"train": split}, path)


def test_a_bad_line_is_named(subtests, write):
    for line, sentence in [
        ("Training,a.png,x,0,0,0,9,0,0,1,0,0", "line 2: neutral is 'x', not a number of votes"),
        ("Training,a.png,0,0,0,0,-9,0,0,1,0,0", "line 2: anger is '-9', not a number of votes"),
        ("Practice,a.png,0,0,0,0,9,0,0,1,0,0", "line 2: Usage is 'Practice', not one of Tr"),
        ("Training,a.png,0,0", "line 2: anger is None, not a number of votes"),
    ]:
        with subtests.test(line=line, sentence=sentence), pytest.raises(VotesError, match=sentence):
            read_votes(write(line))


def test_a_missing_file_and_a_missing_column_are_told(tmp_path):
    with pytest.raises(VotesError, match=r"none\.csv is missing; download"):
        read_votes(tmp_path / "none.csv")
    (tmp_path / "votes.csv").write_text("Usage,neutral\n")
    with pytest.raises(VotesError, match="no column anger or disgust"):
        read_votes(tmp_path / "votes.csv")


def faces(count):
    return Split(np.zeros((count, 48, 48), np.uint8), np.zeros(count, np.uint8), FER2013)


def test_training_faces_get_the_shares_of_the_votes_for_their_classes(write):
    path = write(
        "Training,a.png,0,0,0,0,6,2,0,2,0,0",  # two of ten saw contempt, which FER2013 lacks
        "Training,b.png,0,1,0,0,0,0,0,0,9,0",
        "Training,,0,0,0,0,0,0,0,0,0,10",
    )
    votes = with_votes(faces(3), path).votes
    assert votes.dtype == np.float32
    expected = np.zeros((3, 7))
    expected[0, [FER2013.index("angry"), FER2013.index("disgust")]] = 0.75, 0.25
    expected[1, FER2013.index("happy")] = 1
    np.testing.assert_allclose(votes, expected)


def test_no_vote_on_a_face_that_is_measured_is_read(write):
    path = write(
        "Training,a.png,0,9,0,0,0,0,0,0,1,0",
        "PublicTest,b.png,not,a,single,number,is,read,here,at,all,!",
        "PrivateTest",
    )
    assert with_votes(faces(1), path).votes[0, FER2013.index("happy")] == 1
    with pytest.raises(VotesError, match="line 3"):
        read_votes(path)


def test_votes_on_another_number_of_training_faces_are_refused(write):
    path = write("Training,a.png,0,9,0,0,0,0,0,0,1,0")
    with pytest.raises(VotesError, match="on 1 faces of train, but there are 2"):
        with_votes(faces(2), path)
