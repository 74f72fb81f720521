"""Beyond the paper: how far apart do two orders of the images lead, and how far does pruning?"""

from lth.plots.copies import ARMS, BARS, percents
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, Line, against_percent_remaining, by_percent_remaining, draw_legend, grid, label_y, plot
from lth.plots.style import COLOURS
from lth.results.tables import Tables

PANELS = {"orders": "distance between two orders (L2)", "dense": "distance from the dense network (L2)"}


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m."""
    rows = tables.extra("lenet-copies", "distances")
    figure, axes = grid(1, 2, height=3)
    drawn = []
    for ax, (line, label) in zip(axes[0], PANELS.items(), strict=True):
        lines = [
            Line(label, name, by_percent_remaining(mine, "distance"), COLOURS[colour], style, marker)
            for arm, (name, colour, style, marker) in ARMS.items()
            if not (mine := rows[(rows["line"] == line) & (rows["arm"] == arm)]).empty
        ]
        label_y(against_percent_remaining(plot(ax, lines), percents(rows[rows["line"] == line])), label)
        ax.set_ylim(bottom=0)
        drawn += lines
    draw_legend(figure, axes[0, 0], 5)
    return Drawn.of(figure, drawn)


FIGURE = Figure(
    experiments={"lenet-copies": ("distances",)},
    caption=(
        "L2 distances between Lenet's networks at the end of training, over surviving weights. Left: between two copies trained from one start on two "
        "orders of the images. Right: between a pruned network and the same weights of its trial's dense network, trained on the same order; random pruning "
        f"keeps the dense network's initial values, as the ticket does. {BARS}."
    ),
    finding=(
        "The paper does not measure them. Frankle et al. (arXiv 1903.01611) find randomly pruned Lenets of P_m 10.7 2.8 times as far apart as tickets "
        "on two orders, and 1.6 times as far from the dense network."
    ),
    draw=draw,
)
