"""The committed champion is a network of Keras."""

from pipeline.formats.keras_file import CHAMPION_NETWORK, load_network
from pipeline.records.card import read_champion


def test_the_committed_champion_gives_a_probability_per_class():
    assert load_network(CHAMPION_NETWORK).output_shape == (None, len(read_champion()["classes"]))
