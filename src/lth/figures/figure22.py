"""Figure 22: the incoming connections that units keep, Lenet trained with SGD."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import UNITS_CAPTION, units
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel a P_m, a line a layer."""
    return units(tables.extra("lenet-sgd", "structure"), "incoming")


FIGURE = Figure(
    experiments={"lenet-sgd": ("structure",)},
    caption=UNITS_CAPTION.format("incoming", "SGD at 0.8"),
    finding="With SGD as with Adam, each unit keeps about as large a share of its incoming connections as its layer does.",
    ours="As with Adam at P_m 41.05. By P_m 6.95 about a third of the units of either hidden layer keeps less than 2% of its connections.",
    draw=draw,
)
