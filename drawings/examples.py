"""Draws the example faces of the page: `python -m drawings.examples web/examples`."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from drawings.pen.colours import Colour
from drawings.people.expression import EXPRESSIONS, Expression
from drawings.people.person import CLOTHES, HAIRS, IRISES, SKINS, Person
from drawings.people.setting import Setting
from drawings.portrait.camera import SUPERSAMPLING, expose
from drawings.portrait.painting import paint_portrait

QUALITY = 90

# One person for each class: expression, person, tilt, background.
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
    picture = paint_portrait(person, expression, setting, 0.0, size * SUPERSAMPLING)
    return expose(picture, setting, size, np.random.default_rng(0))


def write_webp(path: Path, picture: np.ndarray) -> None:
    """Write an RGB picture so small that a page with seven of them is soon there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    path.write_bytes(encoded.tobytes())


def main() -> None:
    """The command line: one WebP file for each class."""
    parser = argparse.ArgumentParser(description="Draws the example faces of the page.")
    parser.add_argument("folder", type=Path, help="where the pictures are written")
    folder = parser.parse_args().folder
    for emotion in EXAMPLES:
        write_webp(folder / f"{emotion}.webp", draw_example(emotion))


if __name__ == "__main__":
    main()
