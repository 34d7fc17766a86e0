"""Small charts as HTML: plots, bars and shaded tables, drawn by style.css in light and dark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

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


def plot(
    name: str,
    x: Axis,
    y: Axis,
    lines: Mapping[str, Points],
    dots: Sequence[tuple[float, float, float]] = (),
) -> str:
    """Lines by their style class, and `dots` of (x, y, size 0..1); `name` is for screen readers."""
    grid = [("fer-grid", [(x.low, tick), (x.high, tick)]) for tick in y.ticks]
    drawn = "".join(_line(style, points, x, y) for style, points in [*grid, *lines.items()])
    marks = "".join(
        f'<span class="fer-dot" style="left:{x.place(across)}%;bottom:{y.place(up)}%;'
        f'--size:{size:.2f}"></span>'
        for across, up, size in dots
    )
    words = "".join(
        f'<span class="fer-tick-{letter}" style="{side}:{axis.place(value)}%">{escape(word)}</span>'
        for letter, side, axis in (("x", "left", x), ("y", "bottom", y))
        for value, word in axis.ticks.items()
    )
    return (
        f'<div class="fer-plot" role="img" aria-label="{escape(name)}"><p>{escape(y.name)}</p>'
        '<div><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        f"{drawn}</svg>{marks}{words}</div><p>{escape(x.name)}</p></div>"
    )


def _line(style: str, points: Points, x: Axis, y: Axis) -> str:
    places = " ".join(f"{x.place(across)},{100 - y.place(up):.2f}" for across, up in points)
    return f'<polyline class="{style}" points="{places}" vector-effect="non-scaling-stroke"/>'


def legend(names: Mapping[str, str]) -> str:
    """The names of lines by their style class."""
    items = (f'<span class="{style}">{escape(name)}</span>' for style, name in names.items())
    return f'<p class="fer-legend" aria-hidden="true">{"".join(items)}</p>'


def table(
    caption: str, header: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]
) -> str:
    """A table of words and HTML in `rows`; the second column has a bar of `shares`, 0..1."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "".join(
        f'<tr><th scope="row">{name}</th><td><div class="fer-measure">'
        f'<span class="fer-bar"><span style="width:{share:.1%}"></span></span>{first}</div></td>'
        f"{''.join(f'<td>{cell}</td>' for cell in others)}</tr>"
        for (name, first, *others), share in zip(rows, shares, strict=True)
    )
    return (
        f'<table class="fer-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def shaded_table(
    caption: str, names: Sequence[str], counts: Sequence[Sequence[int]], title: str
) -> str:
    """A confusion matrix in percent of its rows; `names`, as HTML, head its rows and columns.

    `title` is shown for a cell that is pointed at, with {count} and {faces} filled in.
    """
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(
        f'<tr><th scope="row">{names[actual]}</th>{_cells(actual, row, title)}</tr>'
        for actual, row in enumerate(counts)
    )
    return (
        f'<table class="fer-confusion"><caption>{escape(caption)}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cells(actual: int, row: Sequence[int], title: str) -> str:
    faces = sum(row)
    cells = []
    for predicted, count in enumerate(row):
        share = count / max(faces, 1)
        style = "fer-right" if predicted == actual else "fer-wrong"
        told = escape(title.format(count=count, faces=faces))
        cells.append(
            f'<td class="{style}" style="--share:{share:.3f}" title="{told}">{100 * share:.0f}</td>'
        )
    return "".join(cells)
