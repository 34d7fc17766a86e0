import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from fer_system import metrics
from fer_system.emotions import FER2013


def test_figures_agree_with_scikit_learn():
    random = np.random.default_rng(1)
    for count in (1, 5, 500):
        actual, predicted = random.choice(FER2013[:6], (2, count)).tolist()
        found = metrics.confusion_matrix(zip(actual, predicted, strict=True), FER2013)
        np.testing.assert_array_equal(found, confusion_matrix(actual, predicted, labels=FER2013))
        assert metrics.accuracy(found) == pytest.approx(accuracy_score(actual, predicted))
        expected = f1_score(actual, predicted, average="macro")
        assert metrics.macro_f1(found) == pytest.approx(expected)
