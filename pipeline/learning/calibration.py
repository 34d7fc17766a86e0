"""The temperature of the softmax: how sure a trained network may be."""

from __future__ import annotations

import keras
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from pipeline.data.dataset import Split, as_input
from pipeline.learning import networks


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
    logits = networks.logits_of(network).predict(
        as_input(validation.images), batch_size=256, verbose=0
    )
    temperature = best_temperature(validation.labels, logits)
    layer = network.get_layer("logits")
    layer.set_weights([weights / temperature for weights in layer.get_weights()])
    return temperature
