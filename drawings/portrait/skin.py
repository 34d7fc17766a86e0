"""Skin under a lamp."""

from __future__ import annotations

import cv2
import numpy as np

from drawings.pen.canvas import Canvas
from drawings.pen.colours import Colour, mix
from drawings.people.expression import Expression
from drawings.people.person import Person
from drawings.people.setting import Setting
from drawings.portrait.relief import GRID_STEP, GRID_X, GRID_Y, relief


def lit(skin: Colour, bright: np.ndarray | float) -> np.ndarray:
    """Skin under some light, 0..1; it lets red light through, so its shadows are warm."""
    return np.array(skin) * bright ** np.array([0.85, 1.1, 1.2])


def dark_skin(person: Person, share: float) -> np.ndarray:
    """The colour of a shadow or a fold: `share` of the skin's light, and warmer."""
    return mix(np.array(person.skin) * share, (60, 14, 14), 0.3)


def shade(height: np.ndarray, person: Person, setting: Setting) -> np.ndarray:
    """The skin's colour under the light, (grid, 3): Lambert's law and a weak highlight."""
    down, across = np.gradient(height, GRID_STEP)
    normal = np.stack([-across, -down, np.ones_like(height)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    lamp = np.array(setting.light) / np.linalg.norm(setting.light)
    halfway = np.add(lamp, (0, 0, 1))
    halfway /= np.linalg.norm(halfway)
    diffuse = np.clip(normal @ lamp, 0, None)
    bright = (setting.ambient + (1 - setting.ambient) * diffuse)[..., None]
    colour = lit(person.skin, bright)
    shine = np.clip(normal @ halfway, 0, None) ** 24
    skin: np.ndarray = colour + 26 * shine[..., None]
    return skin.astype(np.float32)


def lit_skin(
    canvas: Canvas, person: Person, expression: Expression, setting: Setting
) -> np.ndarray:
    """The shaded skin laid over the whole canvas, to be cut out by the face's outline."""
    grid = shade(relief(person, expression), person, setting)
    to_face = np.array([[GRID_STEP, 0, GRID_X[0]], [0, GRID_STEP, GRID_Y[0]], [0, 0, 1]])
    matrix = np.column_stack([canvas.axes.T, canvas.centre - 0.5]) @ to_face
    size = canvas.pixels.shape[1:]
    skin = cv2.warpAffine(
        grid, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return skin.transpose(2, 0, 1)
