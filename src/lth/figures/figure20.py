"""Figure 20: how far the dense network's weights move away from zero, in and out of the eventual ticket, Lenet."""

from lth.plots.lines import Drawn
from lth.plots.weight_movement import MOVED_CAPTION, movement
from lth.results.tables import Tables

EXPERIMENTS = {"lenet": ("movement",)}
CAPTION = MOVED_CAPTION.format("How far weights move away from zero, |final| − |initial|,")
FINDING = "Weights of the eventual ticket tend to grow in magnitude, away from zero, more than the others."


def draw(tables: Tables) -> Drawn:
    """A panel a layer."""
    return movement(tables.extra("lenet", "movement"), "growth", "|final| − |initial|")
