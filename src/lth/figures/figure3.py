"""Figure 3: Lenet's test accuracy as training goes on, for tickets of several sizes and two reinitialisations."""

import pandas as pd

from lth.figures.lines import Drawn, Line, grid, plot, summarise
from lth.figures.style import COLOURS
from lth.figures.tables import Tables

EXPERIMENTS = {"lenet": ("ticket", "reinit")}
CAPTION = (
    "Test accuracy on Lenet (iterative pruning) as training proceeds. Each line is the mean over trials of one percentage of weights "
    "remaining; error bars are the minimum and maximum of any trial."
)
FINDING = (
    "Tickets down to 21% learn faster than the dense network and end higher; pruned further they slow down again, and at 3.6% learn about "
    "as the dense network does. Reinitialised, the same structures learn ever slower."
)
LAST_ITERATION = 15_000
PANELS = {
    "tickets, mildly pruned": [("ticket", 0), ("ticket", 3), ("ticket", 7)],
    "tickets, strongly pruned": [("ticket", 0), ("ticket", 7), ("ticket", 12), ("ticket", 15), ("ticket", 18)],
    "tickets and reinitialisations": [("ticket", 0), ("ticket", 3), ("reinit", 3), ("ticket", 7), ("reinit", 7)],
}
COLOUR = {0: "blue", 3: "orange", 7: "green", 12: "red", 15: "purple", 18: "brown"}
"""Arms and rounds: rounds 3, 7, 12, 15 and 18 are P_m 51.3, 21.1, 7.0, 3.6 and 1.9."""


def draw(tables: Tables) -> Drawn:
    """Test accuracy against iteration, three panels; rounds that an experiment does not reach are left out."""
    rows, points = tables.rows("lenet"), tables.curves("lenet")
    percents = rows.groupby("round")["percent_remaining"].first()
    measured = points[points["test_accuracy"].notna() & (points["iteration"].between(1, LAST_ITERATION))]
    networks = dict(iter(measured.groupby(["arm", "round"])))
    figure, axes = grid(1, len(PANELS), height=2.6, share_y=True)
    lines = []
    for ax, (title, members) in zip(axes[0], PANELS.items(), strict=True):
        panel = [_line(title, arm, round, percents[round], networks[arm, round]) for arm, round in members if (arm, round) in networks]
        plot(ax, panel, every=max(1, len(panel[0].points) // 8))
        ax.set(title=title, xlabel="training iterations")
        ax.legend(loc="lower right", title="$P_m$ (%)", title_fontsize=7)
        lines += panel
    axes[0, 0].set_ylabel("test accuracy")
    best = max(line.points["mean"].max() for line in lines)
    axes[0, 0].set_ylim(best - 0.045, best + 0.005)
    return Drawn(figure, lines)


def _line(panel: str, arm: str, round: int, percent: float, points: pd.DataFrame) -> Line:
    label = f"{percent:.1f}" + (" reinit" if arm == "reinit" else "")
    style = "--" if arm == "reinit" else "-"
    return Line(panel, label, summarise(points, "iteration", "test_accuracy"), COLOURS[COLOUR[round]], style)
