"""The temperature of the softmax."""

import numpy as np
import pytest
import scipy.special

from pipeline.learning.calibration import best_temperature


def test_the_temperature_that_made_the_labels_is_found():
    for true in (0.5, 1.0, 3.0):
        rng = np.random.default_rng(5)
        logits = rng.normal(0, 2, (20_000, 5))
        probabilities = scipy.special.softmax(logits / true, axis=1)
        labels = np.array([rng.choice(5, p=row) for row in probabilities])
        assert best_temperature(labels, logits) == pytest.approx(true, rel=0.05)
