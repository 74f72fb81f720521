"""Beyond the paper: the plane through a dense network, its ticket and the ticket's structure with fresh values."""

from lth.plots.figure import Figure
from lth.plots.landscape import FLOOR, colour_bar, contours, levels
from lth.plots.lines import Drawn, grid
from lth.results.tables import Tables

NAMES = {"dense": "dense, pruned", "ticket": "winning ticket", "reinit": "reinit"}
LEAST = 1e-4
"""Errors below it, one image of 10,000, are drawn as it."""
LABEL = {"fontsize": 7, "color": "white", "bbox": {"facecolor": "black", "alpha": 0.5, "pad": 1.5, "linewidth": 0}}


def draw(tables: Tables) -> Drawn:
    """Two panels of the first trial's plane: loss, and error."""
    points = tables.extra("lenet-copies", "plane")
    points = points[points["trial"] == points["trial"].min()]
    across = points.rename(columns={"x": "y", "y": "x"})  # the way to fresh values is the longest, and lies flat
    places, on_grid = across[across["network"] != ""], across[across["network"] == ""]
    figure, axes = grid(1, 2, height=2.4, share_y=True)
    on_grid = on_grid.assign(percent=100 * on_grid["error"].clip(lower=LEAST))
    for ax, (name, measure) in zip(axes[0], {"training loss": "loss", "training error (%)": "percent"}.items(), strict=True):
        filled = contours(ax, on_grid, levels(on_grid[measure]), measure)
        colour_bar(filled, name, ax=ax, location="bottom", shrink=0.9)
        for place in places.itertuples():
            ax.plot(place.x, place.y, "o", color="white", markeredgecolor="black", markersize=5)
            ax.annotate(NAMES[place.network], (place.x, place.y), (7, 0), textcoords="offset points", va="center", **LABEL)
        ax.set(xlabel="distance (L2)", aspect="equal")
        ax.grid(visible=False)
    axes[0, 0].set_ylabel("distance (L2)")
    return Drawn(figure, across[list(points)])


FIGURE = Figure(
    experiments={"lenet-copies": ("plane",)},
    caption=(
        "The plane through three networks of one structure at the end of training: Lenet's dense network with the ticket's weights alone, the winning "
        "ticket of P_m 21.1, and the ticket's structure with fresh values (reinit). Loss and error on the first 10,000 training images; losses below "
        f"{FLOOR:g} and errors below {100 * LEAST:g}% are drawn as that. Drawn is the first trial."
    ),
    finding="The paper does not look between networks.",
    draw=draw,
)
