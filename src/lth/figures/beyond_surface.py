"""Beyond the paper: the loss around a dense network and its ticket as a surface."""

import numpy as np
from matplotlib.figure import Figure as Canvas

from lth.plots.figure import Figure
from lth.plots.landscape import AXES, NETWORKS, levels, surface
from lth.plots.lines import Drawn
from lth.plots.style import MAP
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """One surface beside the other, over one pair of directions, on the same logarithmic axis."""
    points = tables.extra("lenet-copies", "landscape")
    points = points[points["trial"] == points["trial"].min()]
    at = np.log10(levels(points["loss"]))  # of all directions, so that colours are those of the contours
    points = points[points["draw"] == 0]
    figure = Canvas(figsize=(6.75, 2.5), layout="constrained")
    for place, (network, title) in enumerate(NETWORKS.items(), start=1):
        ax = figure.add_subplot(1, len(NETWORKS), place, projection="3d")
        x, y, loss = surface(points[points["network"] == network])
        heights = np.log10(loss)
        ax.plot_surface(
            *np.meshgrid(x, y), heights, cmap=MAP, vmin=at[0], vmax=at[-1], rcount=41, ccount=41, linewidth=0, antialiased=False
        )
        ax.set_title(title, fontsize=7.5)
        ax.set(zlim=(at[0], at[-1]), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        ticks = range(int(np.ceil(at[0])), int(at[-1]) + 1, 2)
        ax.set_zticks(ticks, [f"$10^{{{tick}}}$" for tick in ticks])
        ax.tick_params(labelsize=6, pad=-2)
        ax.view_init(elev=28, azim=-55)
    figure.suptitle("training loss", fontsize=8)
    return Drawn(figure, points[["network", "percent_remaining", "trial", "draw", "x", "y", "loss"]])


FIGURE = Figure(
    experiments={"lenet-copies": ("landscape",)},
    caption=(
        "Training loss around Lenet's dense network, around its winning ticket along directions that stay among the ticket's weights, and along "
        f"directions that bring pruned weights back: the first pair of directions of the contours (beyond_landscape) as surfaces, on the same logarithmic axis. {AXES}. Drawn is the first trial; the "
        "first 10,000 training images."
    ),
    finding="The paper draws no landscape.",
    draw=draw,
)
