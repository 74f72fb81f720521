"""Figure 21: the incoming connections that units keep, Lenet trained with Adam."""

from lth.figures.lines import Drawn
from lth.figures.ticket_structure import UNITS_CAPTION, units
from lth.tables import Tables

EXPERIMENTS = {"lenet": ("structure",)}
CAPTION = UNITS_CAPTION.format("incoming", "Adam")
FINDING = (
    "Each unit keeps about as large a share of its incoming connections as its layer does. The output layer, pruned at half the "
    "rate, keeps more."
)


def draw(tables: Tables) -> Drawn:
    """A panel a P_m, a line a layer."""
    return units(tables.extra("lenet", "structure"), "incoming")
