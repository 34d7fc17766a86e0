"""The stage takes the CSV or class folders, and counts what it found."""

import numpy as np
import pytest

from pipeline import convert
from pipeline.data.dataset import Split
from pipeline.foundation.params import Data, ParamsError


def test_the_distribution_counts_every_class_also_an_empty_one():
    def split(*labels):
        return Split(np.zeros((len(labels), 48, 48), np.uint8), np.array(labels), ("a", "b"))

    counts = convert.distribution({"train": split(0, 0), "val": split(1, 0, 1)})
    assert counts == [("train", "a", 2), ("train", "b", 0), ("val", "a", 1), ("val", "b", 2)]


def test_votes_on_a_folder_are_refused_for_they_belong_to_the_csv(tmp_path):
    data = Data(source=str(tmp_path), labels="ferplus", votes="votes.csv")
    with pytest.raises(ParamsError, match=r"the folder .*; set data\.labels: fer2013"):
        convert.read(data)
