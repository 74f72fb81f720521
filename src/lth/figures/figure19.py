"""Figure 19: how far the dense network's weights move, in and out of the eventual ticket, Lenet."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.weight_movement import MOVED_CAPTION, movement
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel per layer."""
    return movement(tables.extra("lenet", "movement"), "distance", "|final − initial|")


FIGURE = Figure(
    experiments={"lenet": ("movement",)},
    caption=MOVED_CAPTION.format("Distance that weights move, |final − initial|,"),
    finding="Weights of the eventual ticket move further than the others.",
    draw=draw,
)
