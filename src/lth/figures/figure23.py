"""Figure 23: the outgoing connections that units keep, Lenet trained with Adam."""

from lth.figures.lines import Drawn
from lth.figures.ticket_structure import UNITS_CAPTION, units
from lth.tables import Tables

EXPERIMENTS = {"lenet": ("structure",)}
CAPTION = UNITS_CAPTION.format("outgoing", "Adam")
FINDING = (
    "Outgoing connections are far less even: some units keep many more than others. Pixels form two groups, and those at the edge "
    "of the image, where digits never are, lose most."
)


def draw(tables: Tables) -> Drawn:
    """A panel a P_m, a line a layer."""
    return units(tables.extra("lenet", "structure"), "outgoing")
