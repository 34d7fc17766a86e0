"""Outlines, in face units: curves, brush strokes, ellipses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Points = np.ndarray
"""(n, 2), x to the right and y down, in face units: half the width of a face."""

STEPS = 8
"""Points that a curve gets between two of those it goes through."""
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
    return moved(CIRCLE * (rx, ry), x, y)


def moved(points: Points, x: float, y: float) -> Points:
    """The points, further right and down."""
    shifted: Points = points + np.array([x, y])
    return shifted
