"""Where the y axis of a panel begins, and the marks at its lower edge for what lies below it."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter
from matplotlib.transforms import ScaledTranslation

from lth.claims.paired import LEAST_PERCENT
from lth.plots.lines import Line

SPAN = 0.03
"""Accuracy axes show at least this much below the best mean, where there are points."""
INTERVAL = 100
"""Networks are evaluated every so many iterations: no early stop lies between 0 and this."""
WIDE = 4
"""How many times the earliest stop the latest is where their axis is logarithmic."""
THOUSANDS = "{x:,.0f}"
"""How iterations are written."""


def cut_below(
    ax: Axes, lines: Sequence[Line], standing: Sequence[Line] = (), *, shown: float = LEAST_PERCENT, floor: float = -np.inf
) -> Axes:
    """Cuts the y axis below the lowest point at `shown` or more on the x axis, so that few collapsed networks do not flatten all others.

    standing: the lines' points that set the axis, otherwise all. floor: where it is cut at the latest. What lies below is marked at the edge.
    """
    ax.set_ylim(of_accuracies(lines, standing, shown=shown, floor=floor))
    return mark_below(ax, lines)


def of_accuracies(
    lines: Sequence[Line], standing: Sequence[Line] = (), *, shown: float = LEAST_PERCENT, floor: float = -np.inf
) -> tuple[float, float]:
    """From where to where the y axis of `cut_below` goes."""
    points = _points(standing, lines)
    bottom, top = min(_lowest(points, shown), points["mean"].max() - SPAN), points["high"].max()
    bottom = max(bottom, points["low"].min(), floor)
    margin = 0.04 * (top - bottom) or 0.01
    return bottom - margin, top + margin


def of_iterations(ax: Axes, lines: Sequence[Line], standing: Sequence[Line] = (), *, shown: float = LEAST_PERCENT) -> Axes:
    """The y axis of early stops, logarithmic where they spread widely. It begins below all means, and the minima at `shown` or more on x.

    Where all networks of a point stop at once, at iteration 0, a log axis has no place for it: it is marked at the edge.
    standing: as for `cut_below`.
    """
    points = _points(standing, lines)
    bottom, top = max(min(_lowest(points, shown), points["mean"].min()), INTERVAL), points["high"].max()
    if top > WIDE * bottom:
        ax.set_yscale("log", nonpositive="clip")
        ax.set_ylim(bottom / 1.12, top * 1.12)
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_minor_locator(LogLocator(subs=range(1, 10)))
        ax.yaxis.set_minor_formatter(NullFormatter())
    else:
        margin = 0.06 * (top - bottom) or INTERVAL
        ax.set_ylim(bottom - margin, top + margin)
    ax.yaxis.set_major_formatter(THOUSANDS)
    return mark_below(ax, lines)


def mark_below(ax: Axes, lines: Sequence[Line], *, first: bool = False) -> Axes:
    """Marks what lies below the y axis at its lower edge: an arrowhead for a mean, an open one where the minimum alone does.

    first: of points that follow each other, where many lines end below, those alone at which the minimum or the mean falls there.
    """
    bottom = ax.get_ylim()[0]
    placed = Counter()
    for line in lines:
        depth = (line.points[["low", "mean"]] < bottom).sum(axis=1)
        shown = depth > depth.shift(fill_value=0) if first else depth > 0
        for point in line.points[shown].itertuples():
            place = round(30 * np.log10(point.x))
            ax.add_line(_arrowhead(ax, line.colour, point.x, placed[place], filled=point.mean < bottom))
            placed[place] += 1
    return ax


def _arrowhead(ax: Axes, colour: str, x: float, others: int, *, filled: bool) -> Line2D:
    """One mark, above the others of its place."""
    points = 3 + 3.8 * others
    return Line2D(
        [x],
        [0],
        transform=ax.get_xaxis_transform() + ScaledTranslation(0, points / 72, ax.get_figure().dpi_scale_trans),
        marker="v",
        markersize=3.2,
        markeredgewidth=0.6,
        markeredgecolor=colour,
        markerfacecolor=colour if filled else "white",
        linestyle="none",
        zorder=3,
        gid="below",
    )


def _points(*choices: Sequence[Line]) -> pd.DataFrame:
    """All points of the first lines that have any."""
    return next(points for lines in choices if lines and len(points := pd.concat([line.points for line in lines])))


def _lowest(points: pd.DataFrame, shown: float) -> float:
    """The least minimum of those points, or the least mean where some minimum lies far below it."""
    judged = points[points["x"] >= shown]
    mean, low = judged["mean"].min(), judged["low"].min()
    return low if mean - low <= (points["high"].max() - mean) / 2 else mean
