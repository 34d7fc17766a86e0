"""How sure a trained network may be: the temperature of its softmax, and the classes' prior."""

from __future__ import annotations

import keras
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from fer_system.metrics import macro_f1
from pipeline.data.dataset import Split
from pipeline.learning import networks
from pipeline.learning.predictions import logits_of_faces

STEP = 0.05
"""Between two powers of the prior that are tried."""
ACCURACY_LOST = 0.003
"""What a better macro-F1 may cost at most."""


def best_temperature(labels: np.ndarray, logits: np.ndarray) -> float:
    """The T, 0.05..20, whose softmax(logits / T) has the least cross-entropy (Guo et al. 2017).

    `labels` are integers (N,), `logits` floats (N, classes). arXiv:1706.04599, section 4.2.
    """

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits.astype(float) / np.exp(log_temperature), axis=1)
        return float(-scaled[np.arange(len(labels)), labels].mean())

    bounds = (np.log(0.05), np.log(20))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def calibrate(network: keras.Model, validation: Split) -> float:
    """Fit a softmax temperature on validation and divide the network's logits by it; returns it."""
    temperature = best_temperature(validation.labels, _logits(network, validation))
    layer = network.get_layer("logits")
    layer.set_weights([weights / temperature for weights in layer.get_weights()])
    return temperature


def best_power(labels: np.ndarray, logits: np.ndarray, prior: np.ndarray, largest: float) -> float:
    """The tau, 0..`largest`, by which softmax(logits) * prior^-tau has the best macro-F1.

    Of those that lose no more than `ACCURACY_LOST` of the accuracy, and of equals the least.
    `labels` are integers (N,), `logits` floats (N, classes), `prior` their shares (classes,).
    After Menon et al. 2021, arXiv:2007.07314, section 4.1.
    """
    powers = np.arange(0, largest + STEP / 2, STEP)
    tables = [_confusion(labels, logits - power * np.log(prior)) for power in powers]
    accuracies = np.array([np.trace(table) for table in tables]) / len(labels)
    kept = accuracies >= accuracies[0] - ACCURACY_LOST
    scores = np.where(kept, [macro_f1(table) for table in tables], -1.0)
    return round(float(powers[scores.argmax()]), 2)


def favour_rare_classes(
    network: keras.Model, train: Split, validation: Split, largest: float
) -> float:
    """Divide the network's probabilities by the power of the prior that validation asks for.

    The prior is how often `train` holds each class. Returns the power, 0..`largest`.
    """
    if not largest:
        return 0.0
    prior = np.bincount(train.labels, minlength=len(train.classes)) / len(train.labels)
    power = best_power(validation.labels, _logits(network, validation), prior, largest)
    layer = network.get_layer("logits")
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel, bias - power * np.log(prior)])
    return power


def _logits(network: keras.Model, faces: Split) -> np.ndarray:
    return logits_of_faces(networks.logits_of(network), faces.images)


def _confusion(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    table = np.zeros((logits.shape[1],) * 2, int)
    np.add.at(table, (labels, logits.argmax(axis=1)), 1)
    return table
