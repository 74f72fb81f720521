"""Figure 5: the early stop of Conv-2, Conv-4 and Conv-6 and their accuracy, tickets against reinitialisations."""

import pandas as pd

from lth.figures.early_stop import PANELS, from_dense
from lth.figures.lines import Drawn, Line, against_percent_remaining, by_percent_remaining, grid, plot
from lth.figures.style import COLOURS
from lth.figures.tables import Tables

EXPERIMENTS = dict.fromkeys(("conv2", "conv4", "conv6"), ("ticket", "reinit"))
CAPTION = (
    "Early-stopping iteration and accuracy of Conv-2, Conv-4 and Conv-6 under iterative pruning, winning tickets (solid) against random "
    "reinitialisations of the same structure (dashed): early stop, test and training accuracy there, and test accuracy at the last "
    "iteration. Means; error bars are the minimum and maximum of any network."
)
FINDING = (
    "All three networks hold tickets that stop earlier (up to 3.5, 3.5 and 2.5 times) and reach 3.3 to 3.5 points more test accuracy than "
    "the dense network, which they still exceed at 2% of the weights. Reinitialised networks learn ever slower."
)
NETWORKS = {"conv2": ("Conv-2", "blue", "o"), "conv4": ("Conv-4", "orange", "s"), "conv6": ("Conv-6", "green", "^")}


def draw(tables: Tables) -> Drawn:
    """Four panels against P_m, the networks that have been run in each."""
    figure, axes = grid(2, 2, height=4.6)
    percents = max((rows.groupby("round")["percent_remaining"].first().tolist() for rows in map(tables.rows, tables)), key=len)
    lines = []
    for ax, (title, column) in zip(axes.flat, PANELS.items(), strict=True):
        panel = [line for name in tables for line in _pair(title, name, tables.rows(name), column)]
        against_percent_remaining(plot(ax, panel), percents)
        ax.set_title(title)
        lines += panel
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Drawn(figure, lines)


def _pair(panel: str, network: str, rows: pd.DataFrame, column: str) -> list[Line]:
    """One network's tickets and reinitialisations, both from the dense network on."""
    name, colour, marker = NETWORKS[network]
    pair = []
    for arm, label, style in (("ticket", name, "-"), ("reinit", f"{name} reinit", "--")):
        members = from_dense(rows, arm)
        pair.append(Line(panel, label, by_percent_remaining(members, column), COLOURS[colour], style, marker))
    return pair
