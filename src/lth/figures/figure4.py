"""Figure 4: Lenet's early stop and its accuracy there and at the end, tickets against reinitialisations."""

from lth.figures.early_stop import PANELS, from_dense
from lth.figures.lines import Drawn, Line, against_percent_remaining, by_percent_remaining, grid, plot
from lth.figures.style import COLOURS
from lth.figures.tables import Tables

EXPERIMENTS = {"lenet": ("ticket", "reinit")}
CAPTION = (
    "Early-stopping iteration and accuracy of Lenet under iterative pruning, winning tickets against random reinitialisations of the same "
    "structure: early stop, test and training accuracy there, and test accuracy at the last iteration. Means; error bars are the minimum "
    "and maximum of any network."
)
FINDING = (
    "Iterative tickets stop ever earlier down to 21% of the weights and are more accurate there than the dense network; only at 3.6% are "
    "they back at its level. Reinitialised networks stop later and lose accuracy from the first prunings on."
)
ARMS = {"ticket": ("winning ticket", "blue", "-", "o"), "reinit": ("random reinit", "orange", "--", "s")}


def draw(tables: Tables) -> Drawn:
    """Four panels against P_m."""
    rows = tables.rows("lenet")
    figure, axes = grid(2, 2, height=4.4)
    lines = []
    for ax, (title, column) in zip(axes.flat, PANELS.items(), strict=True):
        panel = []
        for arm, (label, colour, style, marker) in ARMS.items():
            members = from_dense(rows, arm)
            panel.append(Line(title, label, by_percent_remaining(members, column), COLOURS[colour], style, marker))
        plot(ax, panel)
        against_percent_remaining(ax, rows["percent_remaining"].groupby(rows["round"]).first().tolist())
        ax.set_title(title)
        lines += panel
    axes[0, 0].legend()
    return Drawn(figure, lines)
