"""The words of a page in one language, and how that language writes numbers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ENGLISH = "en"
SPACE = "\N{NO-BREAK SPACE}"


class Words:
    """Texts as attributes: `words.ACCURACY` is the entry ACCURACY of `texts`.

    `texts` holds DECIMAL_SIGN, THOUSANDS_SIGN and EMOTIONS, the words for classes by their names.
    """

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self._texts = texts

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        try:
            return self._texts[name]
        except KeyError:
            raise AttributeError(f"{ENGLISH}.json has no entry {name}") from None

    def emotion(self, name: str) -> str:
        """The word shown for the class `name`; a class unknown here is shown by its own name."""
        own = name.replace("_", " ")
        word: str = self._texts["EMOTIONS"].get(name, own[:1].upper() + own[1:])
        return word

    def percent(self, share: float) -> str:
        """A share 0..1 as whole percent, never rounded to a certainty that it doesn't have."""
        if 0 < share < 0.005:
            return f"<1{SPACE}%"
        if 0.995 <= share < 1:
            return f">99{SPACE}%"
        return f"{100 * share:.0f}{SPACE}%"

    def rate(self, share: float) -> str:
        """A share 0..1 as percent with one decimal: a measured figure."""
        return f"{self.decimal(100 * share, 1)}{SPACE}%"

    def decimal(self, value: float, digits: int) -> str:
        """A number with so many decimals."""
        return f"{value:.{digits}f}".replace(".", self._texts["DECIMAL_SIGN"])

    def number(self, count: int) -> str:
        """A whole number, its thousands parted by the language's sign."""
        return f"{count:,}".replace(",", self._texts["THOUSANDS_SIGN"])


def read_texts(folder: Path) -> dict[str, dict[str, Any]]:
    """The texts of a folder's JSON files by language; a file is named as browsers call it."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


CARD_TEXTS = read_texts(Path(__file__).with_name("texts"))
"""What the card needs, by language."""
