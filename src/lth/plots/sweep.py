"""Figures 26 to 31: one hyperparameter of Lenet in several values, one line per value."""

from collections.abc import Iterable, Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lth.plots.arms import EARLY, VALIDATION, limit
from lth.plots.lines import Drawn, Line, against_percent_remaining, grid, plot, summarise
from lth.plots.style import INK
from lth.results.tables import Tables

Value = str | tuple[str, float]
"""Where a value's networks are: an experiment, or one variant of an experiment that is a sweep."""

REFERENCES = ("lenet", "lenet-sgd")
"""The experiments that other figures are drawn from."""
MARKERS = "osD^v<>Phd"
SPECTRUM = ("#4b1d91", "#2b5fc4", "#1b93c4", "#0b8f6a", "#6a9a0d", "#c49a00", "#e07b00", "#d1352b", "#a3004f")
"""Colours in order, each dark enough for white paper."""
FLOOR = 0.93
"""Validation accuracy below which Lenet's networks are not told apart."""
MEANS = (
    "Lines are means over trials, pale bars minimum and maximum; black is the "
    "value of other figures, where they have one. Accuracy axes are cut at 93% or above, and arrowheads at their lower edge mark what lies below: filled "
    f"for a mean, open for a minimum alone. The CSV holds every point. {EARLY}"
)


def draw_sweep(tables: Tables, values: Mapping[Value, str], title: str) -> Drawn:
    """Early stop and validation accuracy there against P_m, in the values that have been run.

    values: the legend's label of each value, in order. title: what is varied.
    """
    figure, axes = grid(1, 2, height=3.3)
    tickets = swept(tables, values)
    percents = [rows.groupby("round")["percent_remaining"].first().tolist() for rows in tickets.values()]
    longest = max(percents, key=len)
    lines = []
    for ax, (panel, column) in zip(axes[0], VALIDATION.items(), strict=True):
        lines += draw_values(ax, tickets, values, panel, column)
        against_percent_remaining(ax, longest[:: max(1, len(longest) // 28)])
        ax.set_xlim(max(map(max, percents)) * 1.12, min(map(min, percents)) / 1.12)
    draw_legend(figure, axes[0, 0], title)
    return Drawn.of(figure, lines)


def experiments(values: Iterable[Value]) -> dict[str, tuple[str]]:
    """What a figure of these values needs: the tickets of their experiments."""
    return dict.fromkeys((value if isinstance(value, str) else value[0] for value in values), ("ticket",))


def swept(tables: Tables, values: Iterable[Value]) -> dict[Value, pd.DataFrame]:
    """The tickets of each value that has been run."""
    found = {}
    for value in values:
        name, variant = (value, None) if isinstance(value, str) else value
        if name in tables:
            rows = tables.rows(name)
            found[value] = rows[(rows["arm"] == "ticket") & (variant is None or rows["variant"] == variant)]
    return found


def draw_values(
    ax: Axes,
    tickets: Mapping[Value, pd.DataFrame],
    values: Mapping[Value, str],
    panel: str,
    column: str,
    *,
    against: str = "percent_remaining",
    **limits: float,
) -> list[Line]:
    """A line per value of one column of the tickets against another, and the lines drawn. limits: of `lth.plots.limits.cut_below`."""
    colours, markers = shades(values), dict(zip(values, MARKERS, strict=False))
    lines = []
    for name, rows in tickets.items():
        points = summarise(rows, "round", column)
        points["x"] = points["x"].map(rows.groupby("round")[against].mean())
        lines.append(Line(panel, values[name], points, colours[name], "-", markers[name], reference=name in REFERENCES))
    plot(ax, lines, faint=True)
    if column == "es_validation_accuracy":
        limits["floor"] = FLOOR
    limit(ax, lines, list(tickets.values()), column, **limits)
    ax.set_title(panel)
    return lines


def shades(values: Iterable[Value]) -> dict[Value, str]:
    """A colour for each value, in order from purple to red; those of other figures are black."""
    others = [name for name in values if name not in REFERENCES]
    spectrum = mpl.colors.LinearSegmentedColormap.from_list("spectrum", SPECTRUM)
    return dict(zip(others, map(mpl.colors.to_hex, spectrum(np.linspace(0, 1, len(others)))), strict=True)) | dict.fromkeys(REFERENCES, INK)


def draw_legend(figure: Figure, ax: Axes, title: str) -> None:
    """One legend for all panels, the values in order."""
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(5, len(labels)), title=title, title_fontsize=8)
