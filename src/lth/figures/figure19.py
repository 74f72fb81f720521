"""Figure 19: how far the dense network's weights move, in and out of the eventual ticket, Lenet."""

from lth.plots.lines import Drawn
from lth.plots.weight_movement import MOVED_CAPTION, movement
from lth.results.tables import Tables

EXPERIMENTS = {"lenet": ("movement",)}
CAPTION = MOVED_CAPTION.format("Distance that weights move, |final − initial|,")
FINDING = "Weights of the eventual ticket move further than the others."


def draw(tables: Tables) -> Drawn:
    """A panel a layer."""
    return movement(tables.extra("lenet", "movement"), "distance", "|final − initial|")
