"""Copies of Lenet's networks: the error on lines between trained networks, against P_m and along one line."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from lth.measures import barrier
from lth.plots.lines import Line, against_percent_remaining, by_percent_remaining, label_y, plot, summarise
from lth.plots.style import COLOURS, INK

ARMS = {
    "ticket": ("winning ticket", "blue", "-", "o"),
    "reinit": ("reinit", "orange", "--", "s"),
    "reshuffle": ("reshuffled", "green", ":", "^"),
    "random": ("random pruning", "red", ":", "D"),
    "dense": ("dense network", "grey", "-", "*"),
}
"""Label, colour, line and marker of what is copied."""
STABLE = 2
"""Points of error below which copies are called stable (arXiv 1912.05671)."""
ALONG = 15
"""The round whose lines are shown from end to end, P_m 3.6."""
CLOSE = 1.6
"""A P_m less than so many times below another is not named beside it."""
BARS = "Lines are means over trials, one pair each, bars minimum and maximum"
PAIR = ["line", "arm", "round", "trial"]


def barriers(points: pd.DataFrame, column: str) -> pd.DataFrame:
    """The barrier on each line, in points of error: columns of PAIR, percent_remaining and barrier.

    points: rows of lines.parquet.
    """
    lines = points.sort_values("share").groupby([*PAIR, "percent_remaining"])[column]
    return lines.agg(lambda errors: 100 * barrier(errors.tolist())).rename("barrier").reset_index()


def percents(points: pd.DataFrame) -> list[float]:
    """The P_m of all rounds but those that would stand too close on an axis, from the highest to the lowest."""
    apart: list[float] = []
    for percent in sorted(set(points.groupby("round")["percent_remaining"].first()), reverse=True):
        if not apart or percent < apart[-1] / CLOSE:
            apart.append(percent)
    return apart


def barrier_lines(panel: str, points: pd.DataFrame, column: str, kinds: dict) -> list[Line]:
    """A line per kind against P_m. kinds: label, colour, style and marker, by the values of line and arm."""
    rows = barriers(points, column)
    lines = []
    for (line, arm), (label, colour, style, marker) in kinds.items():
        mine = rows[(rows["line"] == line) & (rows["arm"] == arm)]
        if not mine.empty:
            lines.append(Line(panel, label, by_percent_remaining(mine, "barrier"), COLOURS[colour], style, marker))
    return lines


def along_lines(panel: str, points: pd.DataFrame, column: str, kinds: dict) -> list[Line]:
    """The error along the lines of round ALONG, and of the dense network, in percent. kinds: as for `barrier_lines`."""
    lines = []
    for (line, arm), (label, colour, style, _) in kinds.items():
        mine = points[(points["line"] == line) & (points["arm"] == arm) & points["round"].isin([0, ALONG])]
        if not mine.empty:
            lines.append(Line(panel, label, summarise(mine.assign(percent=100 * mine[column]), "share", "percent"), COLOURS[colour], style))
    return lines


def draw_barriers(ax: Axes, lines: Sequence[Line], percents: Sequence[float], y: str) -> Axes:
    """One panel against P_m, with the limit of what is called stable."""
    plot(ax, lines)
    ax.axhline(STABLE, color=INK, linewidth=0.7, linestyle=(0, (4, 3)))
    ax.set_yscale("symlog", linthresh=STABLE, linscale=1)
    ax.set_ylim(bottom=-0.2)
    ax.set_yticks([0, 1, 2, 5, 10, 20, 50, 90], ["0", "1", "2", "5", "10", "20", "50", "90"])
    ax.minorticks_off()
    return label_y(against_percent_remaining(ax, percents), y)


def draw_along(ax: Axes, lines: Sequence[Line], y: str) -> Axes:
    """One panel from one end of the lines to the other."""
    plot(ax, lines, every=100)
    ax.set(xlabel="share of one network, the rest of the other", yscale="log")
    return label_y(plain(ax), y)


def plain(ax: Axes) -> Axes:
    """Numbers on a logarithmic y axis as they are spoken."""
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())
    return ax
