"""The phases of a training, each with an optimiser of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from pipeline.foundation.params import Training


@dataclass(frozen=True)
class Phase:
    """Epochs `first` (exclusive) to `last` (inclusive)."""

    first: int
    last: int
    learning_rate: float
    warmup_epochs: int = 0
    base_is_frozen: bool = False


def phases_of(settings: Training) -> list[Phase]:
    """The new head alone, where `settings` ask for that, then everything."""
    head, first = settings.head, settings.head.epochs if settings.head else 0
    main = Phase(first, first + settings.epochs, settings.learning_rate, settings.warmup_epochs)
    if head is None:
        return [main]
    return [Phase(0, first, head.learning_rate, base_is_frozen=True), main]


def optimizer_for(settings: Training, phase: Phase, batches: int) -> keras.optimizers.Optimizer:
    """A fresh optimiser for a phase whose epochs have `batches` steps."""
    options: dict[str, Any] = {
        "learning_rate": _learning_rate(settings, phase, batches),
        "weight_decay": settings.weight_decay or None,
    }
    if settings.ema:
        options |= {"use_ema": True, "ema_momentum": settings.ema}
    if settings.optimizer == "adam":
        optimizer = keras.optimizers.Adam(**options)
    else:
        optimizer = keras.optimizers.SGD(momentum=0.9, nesterov=True, **options)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _learning_rate(
    settings: Training, phase: Phase, batches: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    rate, warmup = phase.learning_rate, phase.warmup_epochs * batches
    steps = (phase.last - phase.first) * batches
    if settings.schedule == "constant":
        return rate
    if not warmup:
        return keras.optimizers.schedules.CosineDecay(rate, steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - warmup, warmup_target=rate, warmup_steps=warmup
    )
