"""How a face is moved, in the terms of the Facial Action Coding System (AU = action unit)."""

from __future__ import annotations

from dataclasses import dataclass


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
