"""Figure 21: the incoming connections that units keep, Lenet trained with Adam."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import UNITS_CAPTION, units
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel a P_m, a line a layer."""
    return units(tables.extra("lenet", "structure"), "incoming")


FIGURE = Figure(
    experiments={"lenet": ("structure",)},
    caption=UNITS_CAPTION.format("incoming", "Adam"),
    finding=(
        "Each unit keeps about as large a share of its incoming connections as its layer does. The output layer, pruned at half the "
        "rate, keeps more."
    ),
    ours=(
        "At P_m 41.05 units keep about as large a share as their layer does. By P_m 6.95 those of the first hidden layer do not: a "
        "quarter of them keeps less than 2% of its connections."
    ),
    draw=draw,
)
