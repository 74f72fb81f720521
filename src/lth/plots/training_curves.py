"""Figures 3 and 11: a column of the curves as training goes on, for tickets of several sizes and two reinitialisations."""

import pandas as pd

from lth.plots.lines import Drawn, Line, grid, plot, summarise
from lth.plots.style import COLOURS
from lth.results.tables import Tables

PANELS = {
    "tickets, mildly pruned": [("ticket", 0), ("ticket", 3), ("ticket", 7)],
    "tickets, strongly pruned": [("ticket", 0), ("ticket", 7), ("ticket", 12), ("ticket", 15), ("ticket", 18)],
    "tickets and reinitialisations": [("ticket", 0), ("ticket", 3), ("reinit", 3), ("ticket", 7), ("reinit", 7)],
}
"""Arms and rounds: rounds 3, 7, 12, 15 and 18 are P_m 51.3, 21.1, 7.0, 3.6 and 1.9."""
COLOUR = {0: "blue", 3: "orange", 7: "green", 12: "red", 15: "purple", 18: "brown"}


def draw_curves(tables: Tables, column: str, label: str, until: int, limits, legend: str) -> Drawn:
    """Three panels of a column against iterations 1 … until; rounds that an experiment does not reach are left out.

    limits: from all lines to the y axis' limits. legend: where it stands.
    """
    rows, points = tables.rows("lenet"), tables.curves("lenet")
    percents = rows.groupby("round")["percent_remaining"].first()
    measured = points[points[column].notna() & points["iteration"].between(1, until)]
    networks = dict(iter(measured.groupby(["arm", "round"])))
    figure, axes = grid(1, len(PANELS), height=2.6, share_y=True)
    lines = []
    for ax, (title, members) in zip(axes[0], PANELS.items(), strict=True):
        panel = [
            _line(title, arm, round, percents[round], summarise(networks[arm, round], "iteration", column))
            for arm, round in members
            if (arm, round) in networks
        ]
        plot(ax, panel, every=max(1, len(panel[0].points) // 8))
        ax.set(title=title, xlabel="training iterations")
        ax.legend(loc=legend, title="$P_m$ (%)", title_fontsize=7)
        lines += panel
    axes[0, 0].set_ylabel(label)
    axes[0, 0].set_ylim(*limits(lines))
    return Drawn.of(figure, lines)


def _line(panel: str, arm: str, round: int, percent: float, points: pd.DataFrame) -> Line:
    label = f"{percent:.1f}" + (" reinit" if arm == "reinit" else "")
    return Line(panel, label, points, COLOURS[COLOUR[round]], "--" if arm == "reinit" else "-")
