"""The command line: `python -m drawings.emoji` writes one PNG per class into emojis/."""

from __future__ import annotations

import argparse
from pathlib import Path

from drawings.emoji.faces import FACES
from drawings.emoji.picture import draw_emoji

EMOJIS = Path(__file__).parents[2] / "emojis"


def main() -> None:
    """Draw every class."""
    parser = argparse.ArgumentParser(prog="drawings.emoji", description="Draws the emoji.")
    parser.add_argument("folder", type=Path, nargs="?", default=EMOJIS, help="instead of emojis/")
    folder = parser.parse_args().folder
    for name in FACES:
        draw_emoji(name).save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
