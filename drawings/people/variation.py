"""Chance: expressions, people and settings, drawn from a random generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from drawings.pen.colours import Colour
from drawings.people.expression import EXPRESSIONS, Expression
from drawings.people.person import CLOTHES, HAIR_STYLES, HAIRS, IRISES, SKINS, Person
from drawings.people.setting import Setting


def random_expression(emotion: str, rng: np.random.Generator) -> Expression:
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


def random_person(rng: np.random.Generator) -> Person:
    """Anybody."""

    def colour(palette: Sequence[Colour]) -> Colour:
        return tuple(np.array(palette[int(rng.integers(len(palette)))]) * rng.uniform(0.92, 1.06))

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


def random_setting(rng: np.random.Generator) -> Setting:
    """A face that fills its picture as FER2013's do, under any light."""
    return Setting(
        scale=rng.uniform(0.66, 0.84), x=rng.normal(0, 0.05), y=rng.normal(-0.06, 0.05),
        tilt=float(np.radians(rng.normal(0, 7))),
        light=(rng.normal(0, 0.45), rng.normal(-0.4, 0.25), 1.0),
        ambient=rng.uniform(0.3, 0.6), background=tuple(rng.uniform(25, 225, 3)),
        exposure=rng.uniform(0.75, 1.2), noise=rng.uniform(0, 7), blur=rng.uniform(0, 0.016),
    )  # fmt: skip
