"""Beyond the paper: the loss around a dense network and its ticket at the end of training."""

from lth.plots.figure import Figure
from lth.plots.landscape import AXES, NETWORKS, colour_bar, contours, levels
from lth.plots.lines import Drawn, grid
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A row per pair of directions, a column per network."""
    points = tables.extra("lenet-copies", "landscape")
    points = points[points["trial"] == points["trial"].min()]
    draws, at = sorted(set(points["draw"])), levels(points["loss"])
    figure, axes = grid(len(draws), len(NETWORKS), height=1.8 * len(draws) + 0.5, share_x=True, share_y=True)
    for row, draw in zip(axes, draws, strict=True):
        for ax, (network, title) in zip(row, NETWORKS.items(), strict=True):
            mine = points[(points["draw"] == draw) & (points["network"] == network)]
            filled = contours(ax, mine, at)
            ax.set(aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
            if draw == draws[0]:
                percent = mine["percent_remaining"].iloc[0]
                ax.set_title(f"{title}\n$P_m$ {percent:.3g}%", fontsize=8)
        row[0].set_ylabel(f"directions {draw + 1}")
    colour_bar(filled, "training loss", ax=axes, shrink=0.6)
    return Drawn(figure, points[["network", "percent_remaining", "trial", "draw", "x", "y", "loss"]])


FIGURE = Figure(
    experiments={"lenet-copies": ("landscape",)},
    caption=(
        "Training loss around Lenet's dense network and its winning ticket at the end of training, along three pairs of random directions (rows), the "
        "same for all columns but for what a mask takes away; levels are the same everywhere and even on a logarithmic scale. Middle: directions masked "
        "first and scaled then, so that they stay among the ticket's weights. Right: the same ticket, along directions that bring pruned weights back. "
        f"{AXES}. Drawn is the first trial; the first 10,000 training images."
    ),
    finding="The paper conjectures that tickets lie where the loss is easy to optimise, and draws no landscape.",
    ours=(
        """
        {% set dense, ticket, full = rise("lenet-copies", "dense"), rise("lenet-copies", "ticket"), rise("lenet-copies", "ticket in full") %}
        Half way out, the loss has risen by {{ dense }} around dense networks, by {{ ticket }} around tickets in their subspace and by {{ full }} in
        full space (means over trials and directions): {{ ticket.over(dense).say("less around tickets in their subspace than around dense networks", "more around tickets in their subspace than around dense networks", "neither measurably more nor less around tickets in their subspace than around dense networks") }}.
        """,
    ),
    draw=draw,
)
