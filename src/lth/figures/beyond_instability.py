"""Beyond the paper: do two orders of the images lead one network into one basin?"""

from lth.config import load_experiment
from lth.plots.copies import ARMS, BARS, along_lines, barrier_lines, draw_along, draw_barriers, percents
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, draw_legend, grid
from lth.results.tables import Tables

EXPERIMENTS = ("lenet-copies", "lenet-copies-500")
KINDS = {("orders", arm): look for arm, look in ARMS.items()}


def draw(tables: Tables) -> Drawn:
    """A column per iteration that copies start from: instability on test and training images, and the error along the line."""
    there = [name for name in EXPERIMENTS if name in tables]
    figure, axes = grid(3, len(there), height=7)
    drawn = []
    for column, name in zip(axes.T, there, strict=True):
        points = tables.extra(name, "lines")
        start = f"from iteration {load_experiment(tables.names[name]).training.rewind:,}"
        for ax, split in zip(column[:2], ("test", "train"), strict=True):
            lines = barrier_lines(f"{start}, {split}", points, f"{split}_error", KINDS)
            draw_barriers(ax, lines, percents(points), f"instability, {split} images\n(points of error)")
            drawn += lines
        lines = along_lines(f"{start}, along the line", points, "test_error", KINDS)
        draw_along(column[2], lines, "test error (%)")
        drawn += lines
        column[0].set_title(f"copies {start}")
    for row in axes:
        for ax in row[1:]:
            ax.set_ylim(row[0].get_ylim())
    draw_legend(figure, axes[0, 0], 5)
    return Drawn.of(figure, drawn)


FIGURE = Figure(
    experiments=dict.fromkeys(EXPERIMENTS, ("lines",)),
    one_of=EXPERIMENTS,
    caption=(
        "Instability of Lenet's networks (Frankle et al., arXiv 1912.05671): two copies are trained from one start on different orders of the "
        "images; how far the error rises on the straight line between them, above the mean of its ends, over 30 even points. Dashed: 2 points, "
        "below which copies are called stable; the axis is linear up to there, and logarithmic above. Bottom: the error along the line at P_m 3.6, and of the dense network. Random pruning keeps the dense "
        f"network's values. {BARS}; where networks have collapsed, below 20% accuracy, none is drawn."
    ),
    adds={
        "lenet-copies-500": (
            "Left: from the initial weights. Right: from what 500 iterations had made of the trial's dense network, under the same masks, which come "
            "from tickets reset to their initial weights; fresh values (reinit) return nowhere and are left out."
        )
    },
    finding=(
        "The paper does not look. Frankle et al. (2020) find Lenet's tickets stable from their initial weights, and that sparse networks match the "
        "dense one only where they are stable; they take three initialisations with three pairs of copies each, where we take five with one."
    ),
    ours=(
        """
        {% set dense, ticket = barrier("lenet-copies", "orders", "dense", 0), barrier("lenet-copies", "orders", "ticket", 15) %}
        Where a network is trained twice from the same initial weights, on two orders of the images, the test error on the straight line between the two
        ends rises by up to {{ dense.rise.within }} for dense networks and, at P_m {{ ticket.P_m }}, by {{ ticket.rise.within }} for tickets,
        {{ barrier("lenet-copies", "orders", "reinit", 15).rise.within }} for their structure with fresh values,
        {{ barrier("lenet-copies", "orders", "reshuffle", 15).rise.within }} for reshuffled tickets and
        {{ barrier("lenet-copies", "orders", "random", 15).rise.within }} for a random structure over the same initial values (in brackets, 95% intervals
        of the highest rise above the mean of the ends).
        """,
        """
        {% set late, early = barrier("lenet-copies-500", "orders", "random", 15), barrier("lenet-copies", "orders", "random", 15) %}
        From iteration {{ late.start }}, under the masks of tickets that were reset to their initial weights, it rises by
        {{ barrier("lenet-copies-500", "orders", "ticket", 15).rise.within }} for tickets, {{ barrier("lenet-copies-500", "orders", "reshuffle", 15).rise.within }} for reshuffled tickets and
        {{ late.rise.within }} for the random structure, whose copies are {{ late.rise.over(early.rise).say("more stable", "less stable", "neither measurably more nor less stable") }} than from the initial weights.
        """,
    ),
    draw=draw,
)
