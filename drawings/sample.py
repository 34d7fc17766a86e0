"""Draws faces with FER2013's seven expressions: a stand-in for the real data, in its forms.

`python -m drawings.sample OUT.csv --rows 1400 --seed 7` writes a CSV like `fer2013.csv`;
`python -m drawings.sample OUT` writes a folder of colour pictures for each class of each split;
`python -m drawings.sample --examples web/examples` redraws the page's example faces.

Lengths are in face units (half the width of the face), x to the right, y down, (0, 0) between
the eyes and the nose: the eyes lie at y = -0.13, the mouth at 0.76, the chin at 1.35.
Left and right are the viewer's.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import cv2
import numpy as np

from fer_system.emotions import FER2013
from pipeline.data.class_folders import SPLIT_FOLDERS
from pipeline.data.dataset import SPLITS
from pipeline.data.fer2013 import COLUMNS, USAGES
from pipeline.foundation.files import write_csv

SIDES = (48, 97)
"""Sides in pixels of the pictures in class folders: from the first to below the second."""
SUPERSAMPLING = 2  # more is slower and, at 48 pixels, no better to look at
EYE, BROW, MOUTH = -0.13, -0.42, 0.76

Colour = Sequence[float]
Points = np.ndarray  # (n, 2), face units


# Expressions -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expression:
    """How far each part of a face has moved from rest; 0 is rest, about 1 the most it can do."""

    inner_brow: float = 0  # AU1 raises (+), AU4 lowers (-)
    outer_brow: float = 0  # AU2 raises
    knit: float = 0  # AU4 draws the brows together
    upper_lid: float = 0  # AU5 raises (+), AU43 lowers (-)
    lower_lid: float = 0  # AU7 and AU6 raise
    cheeks: float = 0  # AU6 raises
    wrinkle: float = 0  # AU9, the nose
    upper_lip: float = 0  # AU10 raises
    corners: float = 0  # AU12 raises (+), AU15 lowers (-)
    stretch: float = 0  # AU20 and AU12 widen (+), AU18 narrows (-)
    jaw: float = 0  # AU25 parts the lips, AU26 and AU27 drop the jaw
    press: float = 0  # AU23 and AU24 tighten the lips
    teeth: float = 0  # how much of the opening shows teeth


# Each class has some ways to look, after the prototypes of the Facial Action Coding System.
EXPRESSIONS: dict[str, tuple[Expression, ...]] = {
    "angry": (
        # AU4+5+7+23+24: lips pressed
        Expression(inner_brow=-1, outer_brow=0.3, knit=1, upper_lid=0.25, lower_lid=0.6,
                   corners=-0.25, stretch=-0.1, press=1),
        # AU4+5+7+10+25: teeth bared
        Expression(inner_brow=-1, outer_brow=0.35, knit=1, upper_lid=0.35, lower_lid=0.6,
                   wrinkle=0.3, upper_lip=0.3, corners=-0.35, stretch=0.1, jaw=0.35, teeth=1),
    ),
    "disgust": (
        # AU4+9+10+15+17: nose wrinkled, lip curled
        Expression(inner_brow=-0.55, knit=0.5, upper_lid=-0.45, lower_lid=0.8, cheeks=0.7,
                   wrinkle=1, upper_lip=0.8, corners=-0.6, stretch=-0.15),
        # AU9+10+16+25: upper teeth seen
        Expression(inner_brow=-0.5, knit=0.5, upper_lid=-0.5, lower_lid=0.85, cheeks=0.8,
                   wrinkle=1, upper_lip=1, corners=-0.5, jaw=0.2, teeth=0.6),
    ),
    "fear": (
        # AU1+2+4+5+20+26
        Expression(inner_brow=0.95, outer_brow=0.35, knit=0.7, upper_lid=0.9, lower_lid=0.3,
                   corners=-0.3, stretch=0.6, jaw=0.4, teeth=0.3),
        # AU1+2+4+5+7+20+25: teeth seen
        Expression(inner_brow=1, outer_brow=0.25, knit=0.8, upper_lid=0.85, lower_lid=0.45,
                   corners=-0.4, stretch=0.75, jaw=0.28, teeth=0.7),
    ),
    "happy": (
        # AU6+12
        Expression(lower_lid=0.6, cheeks=0.9, corners=0.85, stretch=0.45),
        # AU6+12+25: an open smile
        Expression(upper_lid=-0.1, lower_lid=0.65, cheeks=1, corners=1, stretch=0.55, jaw=0.38,
                   teeth=1),
    ),
    "sad": (
        # AU1+4+15+17
        Expression(inner_brow=0.85, outer_brow=-0.35, knit=0.5, upper_lid=-0.4, lower_lid=0.1,
                   corners=-0.9, stretch=-0.2, press=0.2),
        # AU1+4+15+43: eyes nearly closed
        Expression(inner_brow=0.75, outer_brow=-0.4, knit=0.4, upper_lid=-0.8, corners=-0.85,
                   stretch=-0.15, press=0.1),
    ),
    "surprise": (
        # AU1+2+5+26
        Expression(inner_brow=0.9, outer_brow=1, upper_lid=0.9, lower_lid=-0.1, stretch=-0.45,
                   jaw=0.7),
        # AU1+2+5+27
        Expression(inner_brow=1, outer_brow=1.1, upper_lid=1, lower_lid=-0.1, stretch=-0.35,
                   jaw=1.0),
    ),
    "neutral": (Expression(),),
}  # fmt: skip


def express(emotion: str, rng: np.random.Generator) -> Expression:
    """One of the class's ways to look, weaker or stronger, every part a little off."""
    ways = EXPRESSIONS[emotion]
    way = ways[rng.integers(len(ways))]
    strength = rng.uniform(0.7, 1.1)
    parts = {
        part.name: getattr(way, part.name) * strength + rng.normal(0, 0.07)
        for part in fields(Expression)
    }
    if way.jaw == 0:
        parts["jaw"] = 0.0  # closed lips do not open a crack by chance
    return Expression(**parts)


# People and pictures -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """What stays the same whatever a face expresses; sizes are factors about 1."""

    skin: Colour
    hair: Colour
    iris: Colour
    clothes: Colour
    hair_style: str
    width: float = 1
    jaw: float = 1
    chin: float = 1
    eye_distance: float = 1
    eye_size: float = 1
    nose: float = 1
    mouth: float = 1
    lips: float = 1
    brows: float = 1
    beard: float = 0  # 0 none, 1 full
    glasses: bool = False
    age: float = 0.2  # 0 smooth, 1 lined


@dataclass(frozen=True)
class Setting:
    """Camera and light."""

    scale: float  # half the face's width / half the picture's
    x: float  # the face's place in the picture, in half pictures from the middle
    y: float
    tilt: float  # radians, clockwise
    light: tuple[float, float, float]  # towards the lamp: x right, y down, z to the camera
    ambient: float
    background: Colour
    exposure: float
    noise: float  # grey levels, standard deviation
    blur: float  # of the picture's width


SKINS = ((244, 214, 192), (232, 190, 160), (210, 160, 124), (172, 122, 88), (128, 84, 60),
         (92, 60, 46))  # fmt: skip
HAIRS = ((34, 26, 26), (62, 42, 34), (104, 68, 42), (168, 118, 66), (206, 172, 118),
         (150, 72, 40), (168, 166, 166))  # fmt: skip
IRISES = ((84, 56, 38), (58, 40, 30), (88, 112, 92), (84, 118, 150))
CLOTHES = ((58, 92, 132), (150, 62, 66), (62, 112, 92), (90, 84, 110), (204, 196, 182),
           (196, 142, 64))  # fmt: skip
HAIR_STYLES = ("short", "long", "fringe", "curly", "bun", "bald")


def some_person(rng: np.random.Generator) -> Person:
    """Anybody."""

    def colour(palette: Sequence[Colour]) -> Colour:
        return tuple(np.array(palette[rng.integers(len(palette))]) * rng.uniform(0.92, 1.06))

    def about_one(spread: float) -> float:
        return float(rng.uniform(1 - spread, 1 + spread))

    style = HAIR_STYLES[rng.integers(len(HAIR_STYLES))]
    return Person(
        colour(SKINS), colour(HAIRS), colour(IRISES), colour(CLOTHES), style,
        width=about_one(0.07), jaw=about_one(0.14), chin=about_one(0.07),
        eye_distance=about_one(0.06), eye_size=about_one(0.12), nose=about_one(0.16),
        mouth=about_one(0.1), lips=about_one(0.25), brows=about_one(0.35),
        beard=float(rng.random() < 0.15 and style != "bun") * rng.uniform(0.3, 0.9),
        glasses=bool(rng.random() < 0.1), age=float(rng.random() ** 2),
    )  # fmt: skip


def some_setting(rng: np.random.Generator) -> Setting:
    """A face that fills its picture as FER2013's do, under any light."""
    return Setting(
        scale=rng.uniform(0.66, 0.84), x=rng.normal(0, 0.05), y=rng.normal(-0.06, 0.05),
        tilt=float(np.radians(rng.normal(0, 7))),
        light=(rng.normal(0, 0.45), rng.normal(-0.4, 0.25), 1.0),
        ambient=rng.uniform(0.3, 0.6), background=tuple(rng.uniform(25, 225, 3)),
        exposure=rng.uniform(0.75, 1.2), noise=rng.uniform(0, 7), blur=rng.uniform(0, 0.016),
    )  # fmt: skip


# Geometry ----------------------------------------------------------------------------------------


STEPS = 8
_T = np.arange(STEPS)[:, None] / STEPS
CATMULL_ROM = np.hstack([-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3,
                         _T + 4 * _T**2 - 3 * _T**3, -(_T**2) + _T**3]) / 2  # fmt: skip


def spline(points: Sequence[tuple[float, float]], closed: bool = False) -> Points:
    """The Catmull-Rom curve through the points, STEPS to a stretch, (n, 2)."""
    p = np.array([points[-1 if closed else 0], *points, points[0 if closed else -1]], float)
    if closed:
        p = np.vstack([p, p[2]])
    windows = np.stack([p[:-3], p[1:-2], p[2:-1], p[3:]], 1)
    curve = (CATMULL_ROM @ windows).reshape(-1, 2)
    return curve if closed else np.vstack([curve, p[-1]])


def ribbon(line: Points, widths: Sequence[float]) -> Points:
    """The outline of a brush stroke along a line; widths are spread evenly over its length."""
    along = np.vstack([line[1:], line[-1:]]) - np.vstack([line[:1], line[:-1]])
    across = along[:, ::-1] * (-0.5, 0.5) / (np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-9)
    at = np.arange(len(line)) * ((len(widths) - 1) / (len(line) - 1))
    half = across * np.interp(at, np.arange(len(widths)), widths)[:, None]
    return np.vstack([line + half, (line - half)[::-1]])


_ANGLES = 2 * np.pi * np.arange(40) / 40
CIRCLE = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])


def ellipse(x: float, y: float, rx: float, ry: float) -> Points:
    """An ellipse's outline."""
    return CIRCLE * (rx, ry) + (x, y)


def moved(points: Points, x: float, y: float) -> Points:
    """The points, further right and down."""
    return points + np.array([x, y])


def mix(a: Colour, b: Colour, share: float) -> np.ndarray:
    """Colour `a` with a share of `b` in it."""
    return np.array(a, float) * (1 - share) + np.array(b, float) * share


class Canvas:
    """A picture being painted in face units, (3, side, side) float32 RGB, 0..255."""

    def __init__(self, side: int, setting: Setting) -> None:
        self.pixels = np.empty((3, side, side), np.float32)
        self.pixels[:] = np.reshape(setting.background, (3, 1, 1))
        self.unit = setting.scale * side / 2
        cos, sin = np.cos(setting.tilt) * self.unit, np.sin(setting.tilt) * self.unit
        self.centre = np.array([(1 + setting.x) * side / 2, (1 + setting.y) * side / 2])
        self.axes = np.array([(cos, sin), (-sin, cos)])  # a face unit to the right, and down

    def _outlines(self, shapes: Points | list[Points], both: bool) -> list[np.ndarray]:
        """In sixteenths of a pixel; fillPoly counts from the middle of the first pixel."""
        shapes, origin = shapes if isinstance(shapes, list) else [shapes], self.centre - 0.5
        flips = (1, -1) if both else (1,)
        views = [self.axes * ((16 * flip,), (16,)) for flip in flips]
        return [(shape @ view + 16 * origin).astype(np.int32) for view in views for shape in shapes]

    def _window(self, outlines: list[np.ndarray], margin: int) -> tuple[slice, slice]:
        side = self.pixels.shape[-1]
        left, top, width, height = cv2.boundingRect(np.concatenate(outlines))
        right, bottom = (left + width) // 16 + margin, (top + height) // 16 + margin
        left, top = left // 16 - margin, top // 16 - margin
        return (slice(max(top, 0), max(min(bottom, side), 0)),
                slice(max(left, 0), max(min(right, side), 0)))  # fmt: skip

    def _mask(
        self, outlines: list[np.ndarray], window: tuple[slice, slice], radius: int
    ) -> np.ndarray:
        rows, columns = window
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        origin = np.array([columns.start * 16, rows.start * 16], np.int32)
        for outline in outlines:
            cv2.fillPoly(mask, [outline - origin], 255, cv2.LINE_AA, 4)
        return cv2.stackBlur(mask, (2 * radius + 1, 2 * radius + 1)) if radius else mask

    def fill(
        self,
        shapes: Points | list[Points],
        colour: Colour | np.ndarray,
        opacity: float = 1,
        blur: float = 0,
        within: Points | None = None,
        both: bool = False,
    ) -> None:
        """Fills outlines with a colour, or with a picture as large as the canvas.

        `blur` softens the edge (face units), `within` clips it, `both` does the same on the
        other half of the face.
        """
        if opacity < 0.02:
            return
        # A stack blur of radius r is a triangle of variance r (r + 2) / 6: nearly a Gaussian, and
        # as fast for a wide one as for a narrow one.
        radius = round((6 * (blur * self.unit) ** 2 + 1) ** 0.5 - 1)
        outlines = self._outlines(shapes, both)
        window = self._window(outlines, radius + 2)
        below = self.pixels[:, window[0], window[1]]
        if not below.size:
            return
        mask = self._mask(outlines, window, radius) * np.float32(min(opacity, 1) / 255)
        if within is not None:
            mask *= self._mask(self._outlines(within, both), window, 0) * np.float32(1 / 255)
        paint = np.asarray(colour, np.float32)
        paint = paint[:, window[0], window[1]] if paint.ndim == 3 else paint[:, None, None]
        below += mask * (paint - below)


# Relief and light --------------------------------------------------------------------------------

GRID_STEP = 0.05
GRID_X = np.arange(-28, 29, dtype=np.float32) * GRID_STEP
GRID_Y = np.arange(-35, 36, dtype=np.float32) * GRID_STEP


def bump(x: float, y: float, rx: float, ry: float, height: float) -> np.ndarray:
    """A Gaussian hill on the grid."""
    across = np.exp(-(((GRID_X - x) / rx) ** 2) / 2)
    down = np.exp(-(((GRID_Y - y) / ry) ** 2) / 2)
    return np.outer(down * height, across)


def relief(person: Person, expression: Expression) -> np.ndarray:
    """The face's height above its own plane, on the grid of GRID_Y x GRID_X, face units."""
    e, nose, eye = expression, person.nose, 0.41 * person.eye_distance
    mouth = MOUTH + 0.1 * e.jaw
    round_head = 1 - (GRID_X[None] / 1.16) ** 2 - ((GRID_Y[:, None] - 0.02) / 1.7) ** 2
    height = 1.0 * np.sqrt(np.clip(round_head, 0.002, None))
    height += bump(0, 0.02, 0.105, 0.3, 0.13) + bump(0, 0.36, 0.12 * nose, 0.12, 0.22)
    height += bump(0, mouth, 0.34, 0.2, 0.1) + bump(0, 1.0 + 0.2 * e.jaw, 0.18, 0.05, -0.045)
    height += bump(0, 1.16 + 0.2 * e.jaw, 0.2, 0.14, 0.1) + bump(0, 0.57, 0.04, 0.06, -0.025)
    height += bump(0, -0.4, 0.07, 0.12, -0.03 + 0.06 * e.knit)
    for side in (-1, 1):
        height += bump(side * 0.15 * nose, 0.41 - 0.03 * e.wrinkle, 0.07, 0.07, 0.08)
        height += bump(side * eye, EYE, 0.22, 0.13, -0.15)
        height += bump(side * eye, EYE, 0.13, 0.09, 0.05)
        height += bump(side * 0.42, BROW - 0.03 - 0.08 * e.inner_brow, 0.3, 0.09, 0.07)
        height += bump(side * 0.56, 0.26 - 0.06 * e.cheeks, 0.22, 0.17, 0.08 + 0.1 * e.cheeks)
        height += bump(side * 0.62, 0.66, 0.2, 0.2, -0.05)
    return height


def lit(skin: Colour, bright: np.ndarray | float) -> np.ndarray:
    """Skin under some light, 0..1; it lets red light through, so its shadows are warm."""
    return np.array(skin) * bright ** np.array([0.85, 1.1, 1.2])


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
    return (colour + 26 * shine[..., None]).astype(np.float32)


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


# The parts, from back to front -------------------------------------------------------------------


def face_outline(person: Person, expression: Expression) -> Points:
    """Temple to chin to temple; the forehead runs up under the hair."""
    w, jaw, drop = person.width, person.jaw, 0.16 * max(expression.jaw, 0)
    chin = 1.36 * person.chin + drop
    half = [(0, -1.36), (0.5 * w, -1.27), (0.86 * w, -0.92), (0.99 * w, -0.4), (1.0 * w, 0.1),
            (0.93 * w, 0.52 + drop / 3), (0.74 * w * jaw, 0.94 + drop / 2),
            (0.42 * jaw, 1.25 * person.chin + drop), (0.15, chin)]  # fmt: skip
    return spline(half + [(-x, y) for x, y in half[:0:-1]], closed=True)


def paint_backdrop(canvas: Canvas, setting: Setting) -> None:
    """A wall, lighter where the lamp falls on it."""
    ramp = np.linspace(-0.5, 0.5, canvas.pixels.shape[-1], dtype=np.float32)
    canvas.pixels *= 1 + 0.25 * setting.light[0] * ramp[None] - 0.3 * ramp[:, None]


def paint_body(canvas: Canvas, person: Person, setting: Setting) -> None:
    """Neck and shoulders, the chin's shadow on the one, a round-necked shirt on the other."""
    neck = spline([(-0.57, 0.7), (-0.56, 1.4), (-0.7, 1.8), (-1.5, 2.3), (1.5, 2.3), (0.7, 1.8),
                   (0.56, 1.4), (0.57, 0.7)])  # fmt: skip
    canvas.fill(neck, lit(person.skin, 0.52 + 0.4 * setting.ambient))
    canvas.fill(ellipse(0, 1.2, 0.8, 0.55), dark_skin(person, 0.4), 0.75, 0.16, within=neck)
    neckline = spline([(-0.72, 1.74), (-0.5, 2.02), (0, 2.2), (0.5, 2.02), (0.72, 1.74)])
    half = [(1.35, 1.98), (1.9, 2.32), (2.15, 3.2), (2.2, 5)]
    left, right = (
        spline([(-x, y) for x, y in half[::-1]] + [(-0.7, 1.72)]),
        spline([(0.7, 1.72), *half]),
    )
    shirt, cloth = np.vstack([left, neckline, right]), np.array(person.clothes)
    canvas.fill(shirt, cloth * 0.75)
    canvas.fill(moved(shirt, -setting.light[0] * 0.2, 0.3), cloth, blur=0.2, within=shirt)
    canvas.fill(ribbon(moved(neckline, 0, 0.04), [0.08, 0.1, 0.08]), cloth * 0.62, blur=0.012)


def paint_ears(canvas: Canvas, person: Person, setting: Setting) -> None:
    """A rim and a hollow, the one towards the lamp brighter."""
    for side in (-1, 1):
        skin = np.array(person.skin) * (0.72 + 0.12 * np.clip(side * setting.light[0], -1, 1))
        ear = spline([(0.93, -0.22), (1.06, -0.32), (1.14, -0.16), (1.1, 0.14), (1.0, 0.34),
                      (0.92, 0.3)], closed=True) * (side * person.width, 1)  # fmt: skip
        canvas.fill(ear, skin)
        hollow = ear * 0.6 + (side * person.width * 0.41, 0)
        canvas.fill(hollow, skin * (0.75, 0.62, 0.6), 0.6, 0.03)


def dark_skin(person: Person, share: float) -> np.ndarray:
    """The colour of a shadow or a fold: `share` of the skin's light, and warmer."""
    return mix(np.array(person.skin) * share, (60, 14, 14), 0.3)


def paint_shadows(canvas: Canvas, person: Person, e: Expression) -> None:
    """What makes a face from afar: sockets, the nose's sides, below nose and lip."""
    dark, eye = dark_skin(person, 0.4), 0.41 * person.eye_distance
    canvas.fill(ellipse(eye, EYE - 0.06, 0.27, 0.15), dark, 0.3, 0.07, both=True)
    canvas.fill(ellipse(0.19, EYE - 0.03, 0.07, 0.14), dark, 0.25, 0.05, both=True)
    bag = ribbon(spline([(0.22, 0.02), (0.4, 0.09), (0.58, 0.02)]), [0, 0.03, 0])
    canvas.fill(bag, dark, 0.12 + 0.25 * person.age, 0.02, both=True)
    canvas.fill(ellipse(0, 0.535, 0.2 * person.nose, 0.035), dark, 0.45, 0.035)
    under_lip = mouth_lines(person, e)[1][:, 1].max() + 0.17
    canvas.fill(ellipse(0, under_lip, 0.2, 0.04), dark, 0.32, 0.05)


def paint_cheeks(canvas: Canvas, person: Person, e: Expression) -> None:
    """Blush, the folds from nose to mouth, and what AU6 does to them and to the eyes' corners."""
    blush, dark = mix(person.skin, (214, 70, 70), 0.6), dark_skin(person, 0.42)
    canvas.fill(ellipse(0.58, 0.3 - 0.05 * e.cheeks, 0.2, 0.13), blush, 0.22, 0.1, both=True)
    x, y = 0.52 + 0.1 * e.stretch + 0.06 * e.corners, 0.7 - 0.06 * e.corners
    fold = spline([(0.24, 0.36 - 0.05 * e.wrinkle), (0.4, 0.5), (x, y), (x - 0.02, y + 0.16)])
    depth = 0.1 + 0.2 * person.age + 0.35 * max(e.cheeks, e.upper_lip, e.wrinkle, 0)
    canvas.fill(ribbon(fold, [0.02, 0.06, 0.04, 0.0]), dark, depth, 0.03, both=True)
    crow = [ribbon(spline([(0.66, y), (0.76, y + turn), (0.84, y + 2 * turn)]), [0.02, 0.025, 0])
            for y, turn in ((-0.15, -0.035), (-0.08, 0.02))]  # fmt: skip
    canvas.fill(crow, dark, 0.5 * e.cheeks * e.lower_lid, 0.015, both=True)


def paint_nose(canvas: Canvas, person: Person, e: Expression) -> None:
    """Wings and nostrils; AU9 lifts them and creases the bridge."""
    dark, n, lift = dark_skin(person, 0.3), person.nose, 0.06 * e.wrinkle
    nostril = spline([(0.045 * n, 0.475 - lift), (0.1 * n, 0.45 - lift), (0.14 * n, 0.475 - lift)])
    canvas.fill(ribbon(nostril, [0.02, 0.055, 0.02]), dark, 0.85, 0.014, both=True)
    wing = spline([(0.17 * n, 0.34 - lift), (0.225 * n, 0.41 - lift), (0.19 * n, 0.49 - lift)])
    canvas.fill(ribbon(wing, [0.01, 0.04, 0.03]), dark, 0.45, 0.018, both=True)
    creases = [ribbon(spline([(0.01, y - 0.02), (0.08, y + 0.02), (0.16, y + 0.09)]),
                      [0.02, 0.045, 0]) for y in (-0.1, 0.0, 0.1)]  # fmt: skip
    canvas.fill(creases, dark, 0.5 * e.wrinkle, 0.02, both=True)


def eye_lids(person: Person, e: Expression) -> tuple[Points, Points]:
    """The right eye's upper and lower lid, each from the inner corner to the outer."""
    half, x = 0.215 * person.eye_size, 0.41 * person.eye_distance
    upper = EYE - 0.105 * person.eye_size * min(max(1 + 0.65 * e.upper_lid, 0.12), 1.8)
    lower = EYE + 0.075 * person.eye_size * min(max(1 - 0.75 * e.lower_lid, 0.1), 1.3)
    inner, outer = (x - half, EYE + 0.03), (x + half, EYE - 0.015 - 0.02 * e.lower_lid)
    rise = 0.72 * upper + 0.28 * EYE
    above = [inner, (x - 0.55 * half, rise), (x, upper), (x + 0.6 * half, rise), outer]
    below = [inner, (x - 0.5 * half, lower), (x + 0.2 * half, lower), outer]
    return spline(above), spline(below)


def paint_eyeballs(canvas: Canvas, person: Person, opening: Points, gaze: float) -> None:
    """White, iris, pupil and glint; both eyes look the same way, so nothing is mirrored."""
    canvas.fill(opening, (228, 222, 218), both=True)
    radius, y = 0.105 * person.eye_size, EYE - 0.015
    for side in (-1, 1):
        x, lids = side * 0.41 * person.eye_distance + gaze, opening * (side, 1)
        iris, pupil = np.array(person.iris), ellipse(x, y, 0.46 * radius, 0.46 * radius)
        canvas.fill(ellipse(x, y, radius, radius), iris * 0.5, 1, 0.006, lids)
        canvas.fill(ellipse(x, y + 0.015, 0.78 * radius, 0.75 * radius), iris, 1, 0.012, lids)
        canvas.fill(pupil, (14, 10, 12), 1, 0.004, lids)
        canvas.fill(ellipse(x + 0.035, y - 0.035, 0.024, 0.024), (255, 255, 255), 0.95, 0.005, lids)


def paint_eyes(canvas: Canvas, person: Person, e: Expression, gaze: float) -> None:
    """Eyeballs, lids, lashes and the folds above them."""
    upper, lower = eye_lids(person, e)
    opening, dark = np.vstack([upper, lower[::-1]]), dark_skin(person, 0.35)
    paint_eyeballs(canvas, person, opening, gaze)
    shadow = ribbon(moved(upper, 0, 0.035), [0.05, 0.09, 0.06])
    canvas.fill(shadow, (40, 24, 24), 0.5, 0.02, opening, both=True)
    canvas.fill(ribbon(upper, [0.02, 0.05, 0.045]), (34, 20, 20), 0.9, 0.008, both=True)
    canvas.fill(ribbon(lower, [0.015, 0.02, 0.025]), dark, 0.65, 0.01, both=True)
    fold = moved(upper, 0, -0.055 + 0.02 * min(e.upper_lid, 1))
    canvas.fill(ribbon(fold, [0.0, 0.025, 0.015]), dark, 0.55, 0.012, both=True)


def paint_brows(canvas: Canvas, person: Person, e: Expression) -> None:
    """Brows, and the furrows that AU4 makes between and AU1 and AU2 above them."""
    colour, dark = mix(np.array(person.hair) * 0.6, person.skin, 0.1), dark_skin(person, 0.42)
    inner, outer = BROW - 0.15 * e.inner_brow, BROW - 0.16 * e.outer_brow
    middle, weight = (inner + outer) / 2 - 0.06, 0.1 * person.brows
    brow = spline([(0.19 - 0.07 * e.knit, inner + 0.02), (0.36, middle), (0.54, middle - 0.01),
                   (0.72, outer + 0.07)])  # fmt: skip
    widths = [0.7 * weight, weight, 0.8 * weight, 0.02]
    canvas.fill(ribbon(brow, widths), colour, 0.92, 0.02, both=True)
    furrow = spline([(0.055, inner - 0.16), (0.07, inner - 0.06), (0.06, inner + 0.05)])
    canvas.fill(ribbon(furrow, [0, 0.04, 0]), dark, 0.6 * e.knit, 0.02, both=True)
    creases = []
    for y, reach in ((inner - 0.2, 0.5), (inner - 0.3, 0.42), (inner - 0.4, 0.34)):
        crease = spline([(-reach, y + 0.02), (-0.2, y), (0.2, y), (reach, y + 0.02)])
        creases.append(ribbon(crease, [0, 0.03, 0.03, 0]))
    raised = max(min(e.inner_brow, e.outer_brow + 0.5), 0.3 * person.age)
    canvas.fill(creases, dark, 0.35 * raised, 0.016)


def mouth_lines(person: Person, e: Expression) -> tuple[Points, Points]:
    """The edges of the opening, upper and lower, each from the left corner to the right."""
    half = 0.36 * person.mouth * (1 + 0.35 * e.stretch)
    drop, pull = 0.46 * max(e.jaw, 0), e.corners * (0.15 if e.corners > 0 else 0.11)
    upper = MOUTH + 0.3 * pull - 0.08 * e.upper_lip - 0.12 * drop
    # A stretched mouth opens like a box, a slack one like an O, its corners half-way down.
    corner = MOUTH - pull + 0.42 * drop
    box = 0.62 + 0.2 * min(max(e.stretch, 0), 1)

    def edge(y: float) -> Points:
        shoulder = corner + (y - corner) * box
        return spline([(-half, corner), (-0.62 * half, shoulder), (0, y), (0.62 * half, shoulder),
                       (half, corner)])  # fmt: skip

    return edge(upper), edge(upper + drop)


def paint_mouth(canvas: Canvas, person: Person, e: Expression) -> None:
    """Lips round an opening."""
    upper, lower = mouth_lines(person, e)
    lip = mix(np.array(person.skin) * (0.86, 0.6, 0.58), (186, 60, 70), 0.28)
    thick = 0.115 * person.lips * min(max(1 - 0.6 * e.press, 0.3), 1.2)
    across = np.linspace(-1, 1, len(upper))
    cupid = 1 - 0.22 * np.exp(-((across / 0.16) ** 2))
    top, bottom = upper.copy(), lower.copy()
    top[:, 1] -= 0.75 * thick * (1 - np.abs(across) ** 2.2) * cupid
    bottom[:, 1] += thick * (1 - np.abs(across) ** 2.4)
    canvas.fill(np.vstack([top, bottom[::-1]]), lip, 0.95, 0.012)
    canvas.fill(np.vstack([top, upper[::-1]]), lip * 0.78, 0.8, 0.014)
    shine = ellipse(0.03, lower[:, 1].max() + 0.42 * thick, 0.15, 0.03)
    canvas.fill(shine, (255, 236, 230), 0.25, 0.03)
    if e.jaw > 0.02:
        paint_inside(canvas, np.vstack([upper, lower[::-1]]), e)
    canvas.fill(ribbon(upper, [0.02, 0.035, 0.035, 0.02]), lip * 0.3, 0.85, 0.01)
    for x, y in (upper[0] - (0.015, 0), upper[-1] + (0.015, 0)):
        canvas.fill(ellipse(x, y, 0.035, 0.03), lip * 0.35, 0.5, 0.025)


def paint_inside(canvas: Canvas, opening: Points, e: Expression) -> None:
    """The dark, the tongue, and the teeth as far as they show."""
    upper, top, bottom = opening[: len(opening) // 2], opening[:, 1].min(), opening[:, 1].max()
    canvas.fill(opening, (52, 14, 18), 1, 0.006)
    tongue = ellipse(0, bottom + 0.02, 0.22, 0.42 * (bottom - top))
    canvas.fill(tongue, (176, 78, 82), 0.85, 0.03, opening)
    if e.teeth > 0.15:
        shown = 0.05 + 0.8 * e.teeth * (bottom - top)
        row = np.vstack([upper - (0, 0.05), (upper * (0.96, 1) + (0, shown))[::-1]])
        canvas.fill(row, (238, 234, 226), 0.97, 0.008, opening)
        gaps = [
            ribbon(np.array([(x, top), (x, bottom)]), [0.01, 0.01]) for x in (0, 0.11, 0.21, 0.3)
        ]
        canvas.fill(gaps, (150, 130, 122), 0.5, 0.004, opening, both=True)
        canvas.fill(
            ribbon(moved(upper, 0, 0.01), [0.04, 0.05, 0.04]), (90, 40, 40), 0.45, 0.02, opening
        )


def paint_beard(canvas: Canvas, person: Person, face: Points) -> None:
    """Hair round the mouth and along the jaw, thick or mere stubble."""
    half = [(1.04, 0.0), (0.92, 0.4), (0.66, 0.62), (0.3, 0.6), (0.0, 0.63)]
    edge = spline([(-x, y) for x, y in half] + half[-2::-1])
    beard = np.vstack([edge, [(1.3, 1.9), (-1.3, 1.9)]])
    canvas.fill(beard, np.array(person.hair) * 0.7, 0.85 * person.beard, 0.06, face)


def paint_glasses(canvas: Canvas, person: Person) -> None:
    """Round frames, a bridge and arms."""
    if not person.glasses:
        return
    x, y, frame = 0.41 * person.eye_distance, EYE + 0.03, (38, 32, 36)
    rim = ribbon(np.vstack([ellipse(x, y, 0.31, 0.27), [(x + 0.31, y)]]), [0.035, 0.035])
    arm = ribbon(np.array([(x + 0.3, y - 0.06), (person.width, y - 0.11)]), [0.05, 0.04])
    canvas.fill([rim, arm], frame, 0.95, 0.006, both=True)
    bridge = spline([(0.3 - x, y - 0.03), (0, y - 0.08), (x - 0.3, y - 0.03)])
    canvas.fill(ribbon(bridge, [0.04, 0.03, 0.04]), frame, 0.95, 0.006)


# The right half of the hair's outer edge, from the crown down.
HAIR: dict[str, list[tuple[float, float]]] = {
    "short": [(0, -1.66), (0.62, -1.56), (1.02, -1.12), (1.1, -0.55), (1.03, -0.12), (0.9, -0.1)],
    "long": [(0, -1.68), (0.72, -1.55), (1.14, -1.0), (1.26, -0.1), (1.26, 0.9), (1.32, 1.75),
             (1.1, 2.1), (0.75, 2.0)],
    "fringe": [(0, -1.64), (0.68, -1.54), (1.12, -1.02), (1.2, -0.2), (1.2, 0.5), (1.14, 1.0),
               (0.82, 1.12), (0.7, 0.9)],
    "curly": [(0, -1.8), (0.36, -1.9), (0.66, -1.68), (0.98, -1.6), (1.08, -1.26), (1.34, -1.04),
              (1.24, -0.7), (1.4, -0.4), (1.2, -0.12), (1.2, 0.16), (0.95, 0.2)],
    "bun": [(0, -1.58), (0.66, -1.47), (1.02, -1.05), (1.06, -0.5), (1.0, 0.0), (0.9, -0.05)],
}  # fmt: skip
# Where it ends on the face, from the left temple over the forehead to the right one.
HAIRLINE: dict[str, list[tuple[float, float]]] = {
    "short": [(-0.97, -0.1), (-0.93, -0.55), (-0.8, -0.86), (-0.3, -1.02), (0.25, -0.92),
              (0.7, -0.96), (0.93, -0.55), (0.97, -0.1)],
    "long": [(-0.9, 2.2), (-0.88, 1.0), (-0.95, 0.3), (-0.9, -0.4), (-0.6, -0.85), (-0.22, -1.14),
             (0.25, -1.0), (0.8, -0.6), (0.95, 0.0), (0.93, 0.5), (0.86, 1.0), (0.9, 2.2)],
    "fringe": [(-0.8, 1.2), (-0.9, 0.7), (-0.94, 0.1), (-0.86, -0.5), (-0.5, -0.72), (0, -0.76),
               (0.5, -0.72), (0.86, -0.5), (0.94, 0.1), (0.9, 0.7), (0.8, 1.2)],
    "curly": [(-1.0, 0.2), (-0.94, -0.3), (-0.88, -0.7), (-0.56, -0.84), (-0.3, -1.02),
              (0.05, -0.9), (0.4, -1.02), (0.62, -0.86), (0.88, -0.7), (0.95, -0.3), (1.0, 0.2)],
    "bun": [(-1.0, 0.0), (-0.97, -0.45), (-0.8, -0.9), (-0.4, -1.12), (0, -1.16), (0.4, -1.12),
            (0.8, -0.9), (0.97, -0.45), (1.0, 0.0)],
}  # fmt: skip


def hair_outline(person: Person) -> Points:
    """The hair's outer edge, closed."""
    half = HAIR[person.hair_style]
    return spline(half + [(-x, y) for x, y in half[:0:-1]], closed=True) * (person.width, 1)


def paint_back_hair(canvas: Canvas, person: Person) -> None:
    """What is seen of the hair behind the head."""
    if person.hair_style == "bald":
        return
    if person.hair_style == "bun":
        canvas.fill(ellipse(0.08, -1.74, 0.42, 0.34), np.array(person.hair) * 0.8)
    canvas.fill(hair_outline(person), np.array(person.hair) * 0.55)


def paint_front_hair(canvas: Canvas, person: Person, face: Points, setting: Setting) -> None:
    """Hair over forehead and temples, its shadow on them, strands and a sheen."""
    if person.hair_style == "bald":
        return
    hair, outer = np.array(person.hair), hair_outline(person)
    edge = spline(HAIRLINE[person.hair_style]) * (person.width, 1)
    low = edge[0, 1]
    over = np.vstack([edge, [(1.8, low), (1.8, -2.4), (-1.8, -2.4), (-1.8, low)]])
    canvas.fill(moved(over, 0, 0.07), dark_skin(person, 0.4), 0.5, 0.06, face)
    canvas.fill(over, hair * 0.9, 1, 0.012, outer)
    strands = [ribbon(spline([(0.25 * x, -1.5), (0.8 * x, -1.25), (1.02 * x, -0.75), (x, 0.1)]),
                      [0.0, 0.035, 0.03, 0.0]) for x in np.linspace(-1, 1, 14)]  # fmt: skip
    canvas.fill(strands, hair * 0.5, 0.4, 0.014, over)
    sheen = spline([(-0.85, -0.98), (-0.5, -1.32), (0, -1.44), (0.5, -1.32), (0.85, -0.98)])
    sheen = ribbon(moved(sheen, 0.15 * setting.light[0], 0) * (person.width, 1),
                   [0.05, 0.18, 0.22, 0.18, 0.05])  # fmt: skip
    canvas.fill(sheen, mix(hair, (255, 246, 230), 0.3), 0.55, 0.08, outer)


# Pictures ----------------------------------------------------------------------------------------


def paint(person: Person, e: Expression, setting: Setting, gaze: float, side: int) -> np.ndarray:
    """The whole portrait, (side, side, 3) float32 RGB, before the camera's flaws."""
    canvas, face = Canvas(side, setting), face_outline(person, e)
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
    paint_brows(canvas, person, e)
    paint_front_hair(canvas, person, face, setting)
    paint_glasses(canvas, person)
    return np.ascontiguousarray(canvas.pixels.transpose(1, 2, 0))


def expose(
    picture: np.ndarray, setting: Setting, size: int, rng: np.random.Generator
) -> np.ndarray:
    """What the camera makes of it, (size, size, ...) uint8: sharpness, exposure, noise."""
    small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    if setting.blur * size > 0.3:
        small = cv2.GaussianBlur(small, (0, 0), setting.blur * size)
    # The grain of a 48-pixel picture, so that noise looks alike at every size.
    grain = rng.normal(0, setting.noise, (48, 48)).astype(np.float32)
    grain = cv2.resize(grain, (size, size), interpolation=cv2.INTER_CUBIC)
    grain = grain if small.ndim == 2 else grain[..., None]
    return np.clip(small * setting.exposure + grain, 0, 255).astype(np.uint8)


def draw_face(
    emotion: str, rng: np.random.Generator, size: int = 48, colour: bool = False
) -> np.ndarray:
    """A random face showing `emotion`, framed like FER2013's.

    uint8 grey (size, size), or RGB (size, size, 3) in `colour`. The same state of `rng` gives the
    same face at every size. KeyError for an unknown emotion.
    """
    expression, person, setting = express(emotion, rng), some_person(rng), some_setting(rng)
    # A camera gives a dark face more light, though not as much as it would need.
    gain = (150 / float(np.mean(person.skin))) ** 0.4
    setting = replace(setting, exposure=setting.exposure * gain)
    gaze = float(rng.normal(0, 0.025))
    picture = paint(person, expression, setting, gaze, size * SUPERSAMPLING)
    if not colour:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return expose(picture, setting, size, rng)


# The page's examples: one person per class, (expression, person, tilt, background).
EXAMPLES: dict[str, tuple[Expression, Person, float, Colour]] = {
    "angry": (
        Expression(inner_brow=-1.25, outer_brow=0.4, knit=1.23, upper_lid=0.48, lower_lid=0.67,
                   wrinkle=0.34, upper_lip=0.24, corners=-0.53, stretch=0.28, jaw=0.37,
                   teeth=1.09),
        Person(SKINS[1], HAIRS[6], IRISES[3], CLOTHES[1], "short", width=0.98, jaw=1.07,
               chin=0.96, eye_distance=1.01, mouth=0.94, lips=1.16, brows=1.03, age=0.54),
        0.03, (176, 158, 150)),
    "disgust": (
        Expression(inner_brow=-0.74, outer_brow=0.11, knit=0.61, upper_lid=-0.55,
                   lower_lid=1.14, cheeks=1.09, wrinkle=1.34, upper_lip=1.16, corners=-0.6,
                   jaw=0.28, press=0.12, teeth=0.73),
        Person(SKINS[2], HAIRS[0], IRISES[2], CLOTHES[0], "bun", width=0.97, jaw=1.06,
               chin=1.04, eye_distance=0.94, eye_size=0.93, nose=0.93, mouth=1.02, brows=1.05,
               age=0.56),
        -0.04, (170, 186, 168)),
    "fear": (
        Expression(inner_brow=1.28, outer_brow=0.45, knit=1.04, upper_lid=1.12, lower_lid=0.67,
                   cheeks=0.06, corners=-0.59, stretch=0.91, jaw=0.38, press=0.08, teeth=0.87),
        Person(SKINS[2], HAIRS[0], IRISES[1], CLOTHES[3], "long", width=0.96, jaw=0.92,
               eye_size=1.1, mouth=0.96, lips=1.18, brows=1.11),
        0.02, (160, 160, 190)),
    "happy": (
        EXPRESSIONS["happy"][1],
        Person(SKINS[4], HAIRS[0], IRISES[1], CLOTHES[5], "curly", nose=1.12, lips=1.2, jaw=0.98),
        0.03, (214, 190, 140)),
    "sad": (
        Expression(inner_brow=0.54, outer_brow=-0.46, knit=0.4, upper_lid=-0.84,
                   lower_lid=-0.14, cheeks=0.13, wrinkle=0.17, upper_lip=0.13, corners=-0.88,
                   stretch=-0.13, press=0.09),
        Person(SKINS[0], HAIRS[5], IRISES[2], CLOTHES[4], "long", width=1.02, jaw=0.98,
               chin=0.96, eye_distance=0.97, eye_size=0.91, nose=1.14, mouth=1.06, lips=1.12,
               brows=0.78),
        -0.05, (150, 172, 196)),
    "surprise": (
        Expression(inner_brow=1.22, outer_brow=1.31, upper_lid=1.01, lower_lid=0.06,
                   upper_lip=0.07, corners=-0.22, stretch=-0.4, jaw=1.12, teeth=0.13),
        Person(SKINS[0], HAIRS[2], IRISES[2], CLOTHES[3], "short", width=1.03, jaw=1.12,
               chin=1.01, eye_distance=0.94, eye_size=0.96, nose=1.08, mouth=0.97, lips=1.08,
               brows=0.73, age=0.01),
        0.0, (206, 164, 140)),
    "neutral": (
        Expression(inner_brow=-0.1, outer_brow=0.06, upper_lid=-0.14, lower_lid=0.1,
                   wrinkle=-0.11, stretch=0.19, press=0.09),
        Person(SKINS[4], HAIRS[1], IRISES[0], CLOTHES[0], "bald", width=1.04, jaw=1.14,
               chin=0.93, eye_distance=1.05, eye_size=1.09, nose=1.15, lips=0.94, brows=0.8,
               age=0.18),
        -0.04, (180, 178, 174)),
}  # fmt: skip


def draw_example(emotion: str, size: int = 384) -> np.ndarray:
    """The page's example of `emotion`: head and shoulders, (size, size, 3) uint8 RGB."""
    expression, person, tilt, background = EXAMPLES[emotion]
    setting = Setting(scale=0.42, x=0, y=-0.02, tilt=tilt, light=(-0.4, -0.45, 1), ambient=0.45,
                      background=background, exposure=1.08, noise=0, blur=0)  # fmt: skip
    picture = paint(person, expression, setting, 0.0, size * SUPERSAMPLING)
    return expose(picture, setting, size, np.random.default_rng(0))


# Files -------------------------------------------------------------------------------------------


def plan(rows: int) -> list[tuple[str, str]]:
    """(split, emotion) of every row: classes alike often, eight, one and one in ten to a split.

    ValueError below 21 rows, where some class would be missing from a split.
    """
    if rows < len(FER2013) * len(SPLITS):
        raise ValueError(f"{rows} faces are too few: 21 give every split one of every class.")
    train, val, test = SPLITS
    split_of = (train, val, test, *[train] * 7)
    planned = [(split_of[row // 7 % 10], FER2013[row % 7]) for row in range(rows)]
    return sorted(planned, key=lambda row: SPLITS.index(row[0]))  # FER2013 has this order too


def random_of(seed: int, row: int) -> np.random.Generator:
    """What a face is drawn by: it depends on its place and the seed alone."""
    return np.random.default_rng([seed, row])


def sample_rows(rows: int, seed: int) -> Iterator[tuple[int, np.ndarray, str]]:
    """(emotion's number, grey face, Usage) of every row."""
    usage_of = {split: usage for usage, split in USAGES.items()}
    for row, (split, emotion) in enumerate(plan(rows)):
        yield FER2013.index(emotion), draw_face(emotion, random_of(seed, row)), usage_of[split]


def write_sample(path: Path, rows: int, seed: int) -> None:
    """Writes faces in the format of `fer2013.csv`; `path` appears only when all are there."""
    drawn = sample_rows(rows, seed)
    lines = (
        (emotion, " ".join(map(str, face.ravel().tolist())), usage)
        for emotion, face, usage in drawn
    )
    write_csv(path, COLUMNS, lines)


def write_class_folders(folder: Path, faces: int, seed: int) -> None:
    """Writes colour pictures of many sizes as `<split>/<class>/<number>.png`.

    `folder` appears only when all are there; FileExistsError where it did before.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} is there already; delete it or name another folder.")
    planned = plan(faces)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="partial-") as name:
        made = Path(name) / folder.name
        for row, (split, emotion) in enumerate(planned):
            rng = random_of(seed, row)
            face = draw_face(emotion, rng, int(rng.integers(*SIDES)), colour=True)
            write_png(made / SPLIT_FOLDERS[split][0] / emotion / f"{row:05}.png", face)
        made.replace(folder)


def write_png(path: Path, picture: np.ndarray) -> None:
    """Writes an RGB picture, as small as PNG gets it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, png = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    path.write_bytes(png.tobytes())


def write_examples(folder: Path) -> None:
    """Writes the page's example faces, one PNG per class."""
    for emotion in EXAMPLES:
        write_png(folder / f"{emotion}.png", draw_example(emotion))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Draws faces that can stand in for FER2013.")
    parser.add_argument(
        "out", nargs="?", type=Path, help="the CSV to write, or a folder where it ends otherwise"
    )
    parser.add_argument("--rows", type=int, default=1400, help="faces to draw (1400)")
    parser.add_argument("--seed", type=int, default=7, help="another seed, other faces (7)")
    parser.add_argument(
        "--examples", type=Path, metavar="FOLDER", help="redraw the page's examples"
    )
    arguments = parser.parse_args()
    out = arguments.out
    if out is None and arguments.examples is None:
        parser.error("name a CSV or a folder to write, or --examples FOLDER.")
    try:
        if arguments.examples is not None:
            write_examples(arguments.examples)
        if out is not None:
            write = write_sample if out.suffix.lower() == ".csv" else write_class_folders
            write(out, arguments.rows, arguments.seed)
            print(f"{arguments.rows:,} drawn faces: {out}")
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
