"""What is fitted: the views in which faces are learned, the network, and its loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from pipeline.foundation.params import Training
from pipeline.learning.augmentation import Mixup, as_floats, augmentation_layers
from pipeline.learning.distillation import Teachers, distillation_loss
from pipeline.learning.spoiling import Spoil

LOSSES = {
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
}


def loss_of(settings: Training) -> keras.losses.Loss:
    """The loss by the labels of each face, (N,), of targets and logits (N, classes)."""
    # A mean that Keras takes is divided by the number of devices on TensorFlow.
    return LOSSES[settings.loss](
        from_logits=True, label_smoothing=settings.label_smoothing, reduction="none"
    )


class Learner(keras.Model):
    """`network`, which gives logits, as it is trained.

    Takes {"images": uint8 (N, 48, 48), "targets": float32 (N, classes)}. Faces are mixed and
    changed at random; that view the `teachers` judge, and the network sees it spoilt. Gives
    {"logits", "targets"} and, where there are teachers, "taught", each (N, classes).
    """

    def __init__(
        self, network: keras.Model, settings: Training, teachers: Sequence[keras.Model]
    ) -> None:
        super().__init__()
        # Each its own seed: layers of one seed would draw the same numbers.
        seeds = np.random.default_rng(settings.seed).integers(2**31 - 1, size=3).tolist()
        self.network = network
        self.mix = Mixup(settings.mixup, seeds[0])
        self.changes = augmentation_layers(settings.augmentation, seeds[1])
        self.spoil = Spoil(settings.spoiling, seeds[2])
        self.distil, self.teachers = settings.distil, None
        if settings.distil:
            self.teachers = Teachers(teachers, settings.distil.temperature, settings.precision)
        self.labelled = loss_of(settings)
        self.accuracy = keras.metrics.Mean(name="accuracy")
        self.built = True  # its layers are

    def call(self, inputs: dict[str, Any], training: bool = True) -> dict[str, Any]:
        """What the network says of a view of the faces, and what it should."""
        return self.answer(self.view(inputs, training), training)

    def view(self, inputs: dict[str, Any], training: bool = True) -> dict[str, Any]:
        """The faces that the teachers see and those that the network sees, and the targets."""
        faces, targets = self.mix(as_floats(inputs["images"]), inputs["targets"])
        for change in self.changes:
            faces = change(faces, training=training)
        return {"clean": faces, "seen": self.spoil(faces, training=training), "targets": targets}

    def answer(self, view: dict[str, Any], training: bool = True) -> dict[str, Any]:
        """What network and teachers say of a view."""
        outputs = {"targets": view["targets"]}
        if self.teachers:
            outputs["taught"] = self.teachers(view["clean"])
        outputs["logits"] = self.network(view["seen"], training=training)
        return outputs

    def compute_loss(
        self,
        x: Any = None,  # noqa: ANN401
        y: Any = None,  # noqa: ANN401
        y_pred: Any = None,  # noqa: ANN401
        sample_weight: Any = None,  # noqa: ANN401
        training: bool = True,
    ) -> Any:  # noqa: ANN401
        """The mean loss of the faces that `call` gave `y_pred` of."""
        loss = ops.mean(self.labelled(y_pred["targets"], y_pred["logits"]))
        if self.distil:
            return distillation_loss(y_pred["logits"], y_pred["taught"], loss, self.distil)
        return loss

    def compute_metrics(
        self,
        x: Any,  # noqa: ANN401
        y: Any,  # noqa: ANN401
        y_pred: Any,  # noqa: ANN401
        sample_weight: Any = None,  # noqa: ANN401
    ) -> dict[str, Any]:
        """The loss and the accuracy of the epoch so far."""
        self.accuracy.update_state(hits(y_pred))
        return dict(self.get_metrics_result())


def hits(outputs: dict[str, Any]) -> Any:  # noqa: ANN401
    """1.0 for each face of which the network says what it is most to be called, else 0.0."""
    said, wanted = (ops.argmax(outputs[name], axis=-1) for name in ("logits", "targets"))
    return ops.cast(said == wanted, "float32")
