"""Teachers: trained models whose mean opinion of a face is learned beside the face's label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from pipeline.foundation.params import Distillation
from pipeline.learning import networks
from pipeline.learning.acceleration import accelerated


class Teachers(keras.layers.Layer):
    """What `members`, networks of `networks.build`, say together; they learn nothing."""

    def __init__(self, members: Sequence[keras.Model], temperature: float, precision: str) -> None:
        super().__init__(trainable=False, dtype="float32")
        self.temperature = temperature
        self.members = [accelerated(networks.logits_of(each), precision) for each in members]
        for member in self.members:
            member.trainable = False

    def call(self, faces: Any) -> Any:  # noqa: ANN401
        """Mean of the members' probabilities at the temperature, (N, classes)."""
        opinions = [
            ops.softmax(member(faces, training=False) / self.temperature) for member in self.members
        ]
        return sum(opinions) / len(opinions)


def distillation_loss(logits: Any, taught: Any, labelled: Any, distil: Distillation) -> Any:  # noqa: ANN401
    """The loss of a student, a number (Hinton et al. 2015, arXiv:1503.02531).

    `weight` times T^2 KL(taught || softmax(logits / T)), averaged over faces, T being the
    temperature, and the rest `labelled`, the loss by the labels. `taught` is what `Teachers` give.
    """
    temperature = distil.temperature
    said = ops.log_softmax(logits / temperature)
    divergence = ops.sum(taught * (ops.log(taught + 1e-8) - said), axis=-1)
    return distil.weight * temperature**2 * ops.mean(divergence) + (1 - distil.weight) * labelled
