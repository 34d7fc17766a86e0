"""A face of anybody that shows a given emotion."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from drawings.people.variation import random_expression, random_person, random_setting
from drawings.portrait.camera import SUPERSAMPLING, expose
from drawings.portrait.painting import paint_portrait


def draw_face(
    emotion: str, rng: np.random.Generator, size: int = 48, colour: bool = False
) -> np.ndarray:
    """A random face showing `emotion`, framed like FER2013's.

    uint8 grey (size, size), or RGB (size, size, 3) in `colour`. The same state of `rng` gives the
    same face at every size. KeyError for an unknown emotion.
    """
    expression = random_expression(emotion, rng)
    person, setting = random_person(rng), random_setting(rng)
    # A camera gives a dark face more light, though not as much as it would need.
    gain = (150 / float(np.mean(person.skin))) ** 0.4
    setting = replace(setting, exposure=setting.exposure * gain)
    gaze = float(rng.normal(0, 0.025))
    picture = paint_portrait(person, expression, setting, gaze, size * SUPERSAMPLING)
    if not colour:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return expose(picture, setting, size, rng)
