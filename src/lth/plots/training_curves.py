"""Figures 3 and 11: a column of the curves as training goes on, for tickets of several sizes and two reinitialisations."""

from collections.abc import Callable, Collection, Sequence
from itertools import chain

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lth.plots.limits import THOUSANDS
from lth.plots.lines import Drawn, Line, draw_legend, grid, label_column, plot, summarise
from lth.plots.style import COLOURS
from lth.results.tables import Tables

PANELS = {
    "tickets, mildly pruned": [("ticket", 0), ("ticket", 3), ("ticket", 7)],
    "tickets, strongly pruned": [("ticket", 0), ("ticket", 7), ("ticket", 12), ("ticket", 15), ("ticket", 18)],
    "tickets and reinitialisations": [("ticket", 0), ("ticket", 3), ("reinit", 3), ("ticket", 7), ("reinit", 7)],
}
"""Arms and rounds: rounds 3, 7, 12, 15 and 18 are P_m 51.3, 21.1, 7.0, 3.6 and 1.9."""
COLOUR = {0: "blue", 3: "orange", 7: "green", 12: "red", 15: "purple", 18: "grey"}


def draw_curves(tables: Tables, column: str, label: str, until: int, limits: Callable[[Sequence[Line]], tuple[float, float]]) -> Drawn:
    """The panels of a column against iterations 1 … until; rounds that an experiment does not reach are left out.

    limits: from all lines to the y axis' limits.
    """
    rows, points = tables.rows("lenet"), tables.curves("lenet")
    percents = rows.groupby("round")["percent_remaining"].first()
    measured = points[points[column].notna() & points["iteration"].between(1, until)]
    networks = dict(iter(measured.groupby(["arm", "round"])))
    panels = panels_of(networks)
    figure, axes = grid(1, len(panels), height=2.9, share_y=True)
    lines = []
    for ax, (title, members) in zip(axes[0], panels.items(), strict=True):
        panel = [_line(title, arm, round, percents[round], summarise(networks[arm, round], "iteration", column)) for arm, round in members]
        draw_panel(ax, panel).set(title=title, xlabel="training iterations", xlim=(0, measured["iteration"].max()))
        lines += panel
    label_column(axes[0, 0], label, column).set_ylim(limits(lines))
    draw_legend(figure, axes[0], 6, "$P_m$ (%)")
    return Drawn.of(figure, lines)


def panels_of(networks: Collection[tuple[str, int]]) -> dict[str, list[tuple[str, int]]]:
    """What of PANELS is there, without panels that show nothing which those before do not. networks: arms and rounds that have been run."""
    found: dict[str, list[tuple[str, int]]] = {}
    for title, members in PANELS.items():
        present = [member for member in members if member in networks]
        if set(present) - {*chain(*found.values())}:
            found[title] = present
    return found


def draw_panel(ax: Axes, lines: Sequence[Line]) -> Axes:
    """Lines against iterations, with about eight bars each."""
    plot(ax, lines, every=max(1, len(lines[0].points) // 8))
    ax.xaxis.set_major_locator(MaxNLocator(3))
    ax.xaxis.set_major_formatter(THOUSANDS)
    return ax


def _line(panel: str, arm: str, round: int, percent: float, points: pd.DataFrame) -> Line:
    label = f"{percent:.1f}" + (" reinit" if arm == "reinit" else "")
    return Line(panel, label, points, COLOURS[COLOUR[round]], "--" if arm == "reinit" else "-")
