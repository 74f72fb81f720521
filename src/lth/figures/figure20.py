"""Figure 20: how far the dense network's weights move away from zero, in and out of the eventual ticket, Lenet."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.weight_movement import MOVED_CAPTION, movement
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel per layer."""
    return movement(tables.extra("lenet", "movement"), "growth", "|final| − |initial|")


FIGURE = Figure(
    experiments={"lenet": ("movement",)},
    caption=MOVED_CAPTION.format("How far weights move away from zero, |final| − |initial|,"),
    finding="Weights of the eventual ticket tend to grow in magnitude, away from zero, more than the others.",
    draw=draw,
)
