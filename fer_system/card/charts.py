"""Plots as values for the template: where their lines, dots and words lie, in percent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """One direction of a plot: its name, what it spans, and the words at some of its values."""

    name: str
    low: float
    high: float
    ticks: Mapping[float, str]

    def place(self, value: float) -> float:
        """Where `value` lies, in percent of the axis."""
        return round(100 * (value - self.low) / (self.high - self.low), 2)


@dataclass(frozen=True)
class Plot:
    """Lines by their style class, and `dots` of (x, y, size 0..1); `name` is for screen readers."""

    name: str
    x: Axis
    y: Axis
    lines: Mapping[str, Points]
    dots: Sequence[tuple[float, float, float]] = ()

    def polylines(self) -> list[tuple[str, str]]:
        """Style and `points` of every line, the grid's first, as SVG wants them: from the top."""
        grid = [("fer-grid", [(self.x.low, tick), (self.x.high, tick)]) for tick in self.y.ticks]
        return [(style, self._points(points)) for style, points in [*grid, *self.lines.items()]]

    def _points(self, points: Points) -> str:
        return " ".join(
            f"{self.x.place(across)},{100 - self.y.place(up):.2f}" for across, up in points
        )
