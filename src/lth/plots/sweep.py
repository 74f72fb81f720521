"""Figures 26 to 31: one hyperparameter of Lenet in several values, one line a value."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np

from lth.plots.arms import CUT, VALIDATION
from lth.plots.lines import Drawn, Line, against_percent_remaining, cut_below, grid, summarise
from lth.results.tables import Tables

MARKERS = "osD^v<>Phd"
MEANS = (
    "Lines are means over trials (three; five of an experiment that serves other figures too), without error bars; minimum and maximum are "
    f"in the CSV, and {CUT}"
)


def draw_sweep(tables: Tables, values: Mapping[str, str], title: str, *, against: str = "percent_remaining") -> Drawn:
    """Early stop and validation accuracy there against P_m, or another column, in the values that have been run.

    values: the legend's label of each experiment, in order. title: what is varied.
    """
    shades = dict(zip(values, map(mpl.colors.to_hex, mpl.colormaps["viridis"](np.linspace(0, 0.95, len(values)))), strict=True))
    figure, axes = grid(1, 2, height=3.1)
    lines = []
    for ax, (panel, column) in zip(axes[0], VALIDATION.items(), strict=True):
        drawn = []
        for number, (name, label) in enumerate(values.items()):
            if name not in tables:
                continue
            rows = tables.rows(name)
            tickets = rows[rows["arm"] == "ticket"]
            points = summarise(tickets, "round", column)
            points["x"] = points["x"].map(tickets.groupby("round")[against].mean())
            drawn.append(Line(panel, label, points, shades[name], "-", MARKERS[number % len(MARKERS)]))
            ax.plot(points["x"], points["mean"], label=label, color=shades[name], marker=drawn[-1].marker, markersize=2.5)
        _axis(ax, against, tables)
        if column.endswith("accuracy"):
            cut_below(ax, drawn)
        ax.set_title(panel)
        lines += drawn
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(5, len(labels)), title=title, title_fontsize=7)
    return Drawn.of(figure, lines)


def _axis(ax: mpl.axes.Axes, against: str, tables: Tables) -> None:
    if against == "percent_remaining":
        percents = [tables.rows(name).groupby("round")[against].first().tolist() for name in tables]
        longest = max(percents, key=len)
        against_percent_remaining(ax, longest[:: max(1, len(longest) // 28)])
        ax.set_xlim(max(map(max, percents)) * 1.12, min(map(min, percents)) / 1.12)
        return
    ax.set(xscale="log", xlabel="weights remaining")
    ax.invert_xaxis()
