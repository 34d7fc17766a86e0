"""A whole portrait, painted from back to front."""

from __future__ import annotations

import numpy as np

from drawings.pen.canvas import Canvas
from drawings.people.expression import Expression
from drawings.people.person import Person
from drawings.people.setting import Setting
from drawings.portrait.backdrop import paint_backdrop
from drawings.portrait.beard import paint_beard
from drawings.portrait.body import paint_body
from drawings.portrait.cheeks import paint_cheeks
from drawings.portrait.ears import paint_ears
from drawings.portrait.eyebrows import paint_eyebrows
from drawings.portrait.eyes import paint_eyes
from drawings.portrait.glasses import paint_glasses
from drawings.portrait.hair import paint_back_hair, paint_front_hair
from drawings.portrait.mouth import paint_mouth
from drawings.portrait.nose import paint_nose
from drawings.portrait.outline import face_outline
from drawings.portrait.shadows import paint_shadows
from drawings.portrait.skin import lit_skin


def paint_portrait(
    person: Person, e: Expression, setting: Setting, gaze: float, side: int
) -> np.ndarray:
    """The whole portrait, (side, side, 3) float32 RGB, before the camera's flaws."""
    canvas = Canvas(side, setting.background, setting.scale, setting.x, setting.y, setting.tilt)
    face = face_outline(person, e)
    paint_backdrop(canvas, setting)
    paint_back_hair(canvas, person)
    paint_body(canvas, person, setting)
    paint_ears(canvas, person, setting)
    canvas.fill(face, lit_skin(canvas, person, e, setting), blur=0.008)
    paint_shadows(canvas, person, e)
    paint_cheeks(canvas, person, e)
    paint_beard(canvas, person, face)
    paint_nose(canvas, person, e)
    paint_mouth(canvas, person, e)
    paint_eyes(canvas, person, e, gaze)
    paint_eyebrows(canvas, person, e)
    paint_front_hair(canvas, person, face, setting)
    paint_glasses(canvas, person)
    return np.ascontiguousarray(canvas.pixels.transpose(1, 2, 0))
