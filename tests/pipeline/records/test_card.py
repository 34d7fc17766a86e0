"""What the model card says, and that the served file holds it."""

from fer_system import DEFAULT_MODEL, Classifier
from pipeline.data.dataset import FER2013_HASH
from pipeline.records.card import LIMITS, known_failures, limits_of, read_champion


def test_the_served_file_holds_the_card_that_lies_beside_it():
    known_later = {"onnx_differs_from_keras_by", "sha256"}
    held = Classifier(DEFAULT_MODEL).card.details
    assert held == {name: told for name, told in read_champion().items() if name not in known_later}


def test_known_failures_name_the_worst_classes_and_what_they_are_taken_for():
    confusion = [[6, 4, 0], [0, 10, 0], [0, 0, 0]]
    assert known_failures(confusion, ("angry", "happy", "sad")) == [
        "angry: recall 60%; 40% are taken for happy",
        "happy: recall 100%; 0% are taken for sad",
    ]


def test_what_is_known_of_fer2013_alone_is_not_said_of_other_faces():
    assert limits_of(FER2013_HASH, 99) == LIMITS
    assert set(LIMITS) - set(limits_of("0" * 64, 99)) == {"labels", "copies"}
    assert set(LIMITS) - set(limits_of(FER2013_HASH, 100)) == {"few"}
