"""Figure 31: Lenet's size."""

import numpy as np
import pandas as pd

from lth.plots.arms import VALIDATION, draw_lines, limit
from lth.plots.figure import Figure
from lth.plots.lines import WEIGHTS, Drawn, draw_legend, grid, label_column
from lth.plots.sweep import FLOOR, MEANS, swept
from lth.results.tables import Tables

VALUES = {
    "lenet-size-25-9": "25, 9",
    "lenet-size-50-17": "50, 17",
    "lenet-size-100-34": "100, 34",
    "lenet-size-150-50": "150, 50",
    "lenet-size-200-67": "200, 67",
    "lenet": "300, 100",
    "lenet-size-400-134": "400, 134",
    "lenet-size-500-167": "500, 167",
    "lenet-size-700-233": "700, 233",
    "lenet-size-900-300": "900, 300",
}
PANELS = VALIDATION | {"validation accuracy over the dense network of the same size (points)": "gain"}
BAND = (9_000, 15_000)
"""Weights between which, the paper says, tickets of all sizes fall back to their dense network's accuracy."""
SHOWN = 3_000
"""Weights from which on every point is shown."""
LEAST = 2_000
"""Weights at which the axes end; below, all sizes have long left their dense network's accuracy."""


def draw(tables: Tables) -> Drawn:
    """Early stop, validation accuracy there, and how far that is above the dense network's of the same size and trial."""
    figure, axes = grid(2, 2, height=5.2)
    space = axes[1, 0].get_gridspec()[1, :]
    for ax in axes[1]:
        ax.remove()
    arms = swept(tables, VALUES)
    networks = [_over_dense(arm.rows(tables)) for arm in arms]
    lines = []
    for ax, (panel, column) in zip((*axes[0], figure.add_subplot(space)), PANELS.items(), strict=True):
        here = [arm.line(panel, rows, column, WEIGHTS) for arm, rows in zip(arms, networks, strict=True)]
        draw_lines(ax, here, networks, against=WEIGHTS, faint=True)
        limit(ax, here, networks, column, shown=SHOWN, floor=-np.inf if column == "gain" else FLOOR)
        label_column(ax, panel, column).axvspan(*BAND, color="0.9", zorder=0)
        ax.set_xlim(right=LEAST / 1.12)
        lines += here
    ax.axhline(0, color="0.3", linewidth=0.8, zorder=1)
    draw_legend(figure, axes[0, 0], 6, "hidden units")
    return Drawn.of(figure, lines)


def _over_dense(tickets: pd.DataFrame) -> pd.DataFrame:
    """With the column `gain`: points of validation accuracy over the dense network of the same trial."""
    dense = tickets[tickets["round"] == 0].set_index("trial")["es_validation_accuracy"]
    return tickets.assign(gain=100 * (tickets["es_validation_accuracy"] - tickets["trial"].map(dense)))


FIGURE = Figure(
    experiments=dict.fromkeys(VALUES, ("ticket",)),
    one_of=tuple(name for name in VALUES if name != "lenet"),
    caption=(
        "Winning tickets of Lenet with hidden layers of several sizes, against the weights that remain, down to 2,000: early-stopping iteration "
        "and validation accuracy there, and below how far that is above the accuracy of the dense network of the same size and trial. The grey "
        "band is 9,000 to 15,000 weights, where the paper has tickets of all sizes fall back to their dense network's accuracy. "
        f"{MEANS}"
    ),
    finding="Larger networks hold more accurate tickets; whatever the starting size, tickets fall back to the dense accuracy between 9,000 and 15,000 weights.",
    draw=draw,
)
