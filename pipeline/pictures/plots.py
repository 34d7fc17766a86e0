"""Figures as pictures for people. Every function writes one PNG, no more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import ft2font
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, PercentFormatter

from fer_system.fonts import font_files, writable
from pipeline.foundation.files import write_whole
from pipeline.measuring.bins import BINS, bin_of


def save_distribution(counts: list[tuple[str, str, int]], path: Path) -> None:
    """Draw the number of faces per class, from (split, class, number of faces)."""
    splits = list(dict.fromkeys(split for split, _, _ in counts))
    figure, axes = _figure(len(splits), width=4, height=3)
    for axis, split in zip(axes, splits, strict=True):
        names = _readable([name for part, name, _ in counts if part == split])
        faces = [number for part, _, number in counts if part == split]
        axis.bar_label(axis.barh(names, faces, color="tab:blue"), fmt="{:,.0f}", padding=3)
        axis.set(title=f"{split}: {sum(faces):,} faces", xlabel="faces")
        axis.margins(x=0.18)
        axis.invert_yaxis()
    _save(figure, path)


def save_history(history: list[dict[str, float]], best_epoch: int, path: Path) -> None:
    """Draw loss and accuracy of training and validation over the epochs, the best one marked."""
    figure, axes = _figure(2, width=5, height=3.4)
    epochs = [row["epoch"] for row in history]
    for axis, name in zip(axes, ("loss", "accuracy"), strict=True):
        axis.plot(epochs, [row[name] for row in history], label="training (augmented)")
        axis.plot(epochs, [row[f"val_{name}"] for row in history], label="validation")
        axis.axvline(best_epoch, color="grey", linestyle=":", label=f"kept: epoch {best_epoch}")
        axis.set(xlabel="epoch", ylabel=name)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].legend(frameon=False)
    _save(figure, path)


def save_confusion(panels: dict[str, np.ndarray], classes: Sequence[str], path: Path) -> None:
    """Draw confusion matrices of counts (actual, predicted) as shares of each actual class.

    `panels` maps a title to its matrix; they stand side by side.
    """
    figure, axes = _figure(len(panels), width=4.6, height=4.8)
    for axis, (title, confusion) in zip(axes, panels.items(), strict=True):
        totals = confusion.sum(axis=1, keepdims=True)
        shares = np.divide(confusion, totals, out=np.zeros(confusion.shape), where=totals > 0)
        _matrix(axis, shares, classes, classes)
        axis.set(xlabel="predicted", ylabel="actual", title=title)
    _save(figure, path)


def _matrix(axis: Axes, shares: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> None:
    axis.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.5 else "black"
        axis.text(column, row, f"{share:.0%}", ha="center", va="center", color=colour)
    axis.set_xticks(range(len(columns)), _readable(columns), rotation=45, ha="right")
    axis.set_yticks(range(len(rows)), _readable(rows))
    axis.spines[:].set_visible(False)


def save_agreement(
    shares: np.ndarray, labels: Sequence[str], voted: Sequence[str], path: Path
) -> None:
    """Draw the shares (labels, voted) of each label's faces, 0..1."""
    figure, (axis,) = _figure(1, width=6, height=4.6)
    _matrix(axis, shares, labels, voted)
    axis.set(xlabel="what most of FER+'s taggers say", ylabel="label of FER2013")
    _save(figure, path)


def save_faces(images: np.ndarray, titles: Sequence[str], path: Path) -> None:
    """Draw a sheet of faces (N, height, width), ten in a row, each under its title."""
    rows = max(1, -(-len(images) // 10))
    figure = Figure(figsize=(12, 1.7 * rows), layout="constrained", dpi=100)
    axes = figure.subplots(rows, 10, squeeze=False).ravel()
    for axis in axes:
        axis.axis("off")
    for axis, image, title in zip(axes, images, titles, strict=False):
        axis.imshow(image, cmap="gray", vmin=0, vmax=255)
        axis.set_title(title, fontsize=8)
    _save(figure, path)


def save_calibration(panels: dict[str, dict[str, list[float]]], path: Path) -> None:
    """Draw reliability diagrams: how often the network is right, by how sure it is.

    `panels` maps a title to what `figures.calibration` gives: the bins that hold faces.
    """
    figure, axes = _figure(len(panels), width=4, height=3.8)
    for axis, (title, parts) in zip(axes, panels.items(), strict=True):
        edges = np.linspace(0, 1, BINS + 1)
        filled = bin_of(np.array(parts["confidence"]))
        axis.bar(edges[filled], parts["accuracy"], 1 / BINS, align="edge", edgecolor="white")
        axis.plot((0, 1), (0, 1), color="grey", linestyle=":", label="as sure as right")
        shares = np.zeros(BINS)
        shares[filled] = np.array(parts["faces"]) / sum(parts["faces"])
        axis.stairs(shares, edges, color="black", label="share of faces")
        axis.set(xlim=(0, 1), ylim=(0, 1), xlabel="probability given", title=title)
    axes[0].set_ylabel("share that is right")
    axes[0].legend(frameon=False, loc="upper left")
    _save(figure, path)


def save_per_class(
    figures: dict[str, np.ndarray], classes: Sequence[str], title: str, path: Path
) -> None:
    """Draw grouped bars: for each class a bar per entry of `figures`, values (classes,) in 0..1."""
    figure, (axis,) = _figure(1, width=8, height=3.6)
    width = 0.8 / len(figures)
    for index, (name, values) in enumerate(figures.items()):
        places = np.arange(len(classes)) + (index - (len(figures) - 1) / 2) * width
        bars = axis.bar(places, values, width, label=name)
        axis.bar_label(bars, fmt="{:.0%}", padding=1, fontsize=7)
    axis.set_xticks(range(len(classes)), _readable(classes))
    axis.set(ylim=(0, 1.08), title=title)
    axis.legend(frameon=False, ncols=len(figures), loc="upper center", bbox_to_anchor=(0.5, -0.12))
    _save(figure, path)


def save_robustness(measured: dict[str, dict[str, float]], path: Path) -> None:
    """Draw accuracy and calibration error for each way of spoiling a face, the first unspoilt."""
    figure, axes = _figure(2, width=4.5, height=0.26 * len(measured) + 0.8)
    names = list(measured)
    for axis, figure_name, colour in zip(
        axes, ("accuracy", "calibration_error"), ("tab:blue", "tab:orange"), strict=True
    ):
        values = [measured[name][figure_name] for name in names]
        axis.bar_label(axis.barh(names, values, color=colour), fmt="{:.1%}", padding=3)
        axis.axvline(values[0], color="grey", linestyle=":")
        axis.set(title=figure_name.replace("_", " "))
        axis.margins(x=0.2)
        axis.invert_yaxis()
    axes[1].set_yticks([])
    _save(figure, path)


def save_ablation(runs: list[dict[str, Any]], path: Path) -> None:
    """Draw the accuracies of every run, one line per recipe, in the order of `runs`."""
    recipes = list(dict.fromkeys(run["recipe"] for run in runs))
    figure, (axis,) = _figure(1, width=8, height=0.32 * len(recipes) + 1)
    places = [recipes.index(run["recipe"]) for run in runs]
    for split, label, colour, size in (
        ("val", "validation", "tab:grey", 90),  # larger: it shows behind a point of test
        ("test", "test", "tab:blue", 30),
    ):
        shares = [float(run[f"{split}_accuracy"]) for run in runs]
        axis.scatter(shares, places, size, color=colour, label=label, zorder=2)
    axis.set_yticks(range(len(recipes)), recipes)
    axis.set_ylim(len(recipes) - 0.5, -0.5)
    axis.grid(axis="x", alpha=0.4)
    axis.xaxis.set_major_formatter(PercentFormatter(1))
    axis.set(title="Accuracy of each recipe; a point is a training")
    axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    _save(figure, path)


def save_rivals(entries: list[dict[str, Any]], ours: set[str], path: Path) -> None:
    """Draw the accuracy of each entry, best first; `ours` are set off, quoted figures are pale.

    `how` lists in words how an entry's figure came about.
    """
    figure, (axis,) = _figure(1, width=13, height=0.34 * len(entries) + 0.8)
    for place, entry in enumerate(entries):
        colour = "tab:orange" if entry["name"] in ours else "tab:blue"
        pale = 1.0 if entry["origin"] == "measured" else 0.45
        axis.barh(place, entry["accuracy"], color=colour, alpha=pale)
        size = f"{entry['parameters'] / 1e6:.3g} M parameters" if entry["parameters"] else ""
        facts = "; ".join(filter(None, (size, *entry["how"], entry["note"])))
        axis.text(entry["accuracy"], place, f" {entry['accuracy']:.2%}  {facts}", va="center")
    axis.set_yticks(range(len(entries)), [entry["name"] for entry in entries])
    axis.set(xlim=(0, 2), xticks=[], title="Accuracy on FER2013, as measured or as published")
    axis.spines["bottom"].set_visible(False)
    axis.invert_yaxis()
    _save(figure, path)


def _readable(names: Sequence[str]) -> list[str]:
    """The names of classes, spelled in English where they would be drawn as boxes."""
    shaping = hasattr(ft2font, "__libraqm_version__")  # from matplotlib 3.11 on
    return [writable(name, shaping) for name in names]


@lru_cache
def _families() -> list[str]:
    """The font of all pictures, and those of the system for the letters that it lacks."""
    files = {FontProperties(fname=path).get_name(): path for path in font_files()}
    for name in files.keys() - {font.name for font in fontManager.ttflist}:
        fontManager.addfont(files[name])
    return list(dict.fromkeys(["DejaVu Sans", *files]))


def _figure(columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(width * columns, height), layout="constrained", dpi=120)
    axes = list(figure.subplots(1, columns, squeeze=False)[0])
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    for text in figure.findobj(Text):
        text.set_fontfamily(_families())
        text.set_parse_math(False)  # a `$` is a letter of a name
    # No software version in the file, so that the same figures give the same bytes.
    write_whole(path, lambda partial: figure.savefig(partial, metadata={"Software": None}))
