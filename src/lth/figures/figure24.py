"""Figure 24: the outgoing connections that units keep, Lenet trained with SGD."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import TENTHS, UNITS_CAPTION, units
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel a P_m, a line a layer."""
    return units(tables.extra("lenet-sgd", "structure"), "outgoing")


FIGURE = Figure(
    experiments={"lenet-sgd": ("structure",)},
    caption=UNITS_CAPTION.format("outgoing", "SGD at 0.8") + TENTHS,
    finding="With SGD too some units keep far more outgoing connections than others, but the input pixels less unevenly than with Adam.",
    ours="Uneven as well, and the pixels more than with Adam: at P_m 6.95, 42% of them keep less than 2% of their connections, with Adam 15%.",
    draw=draw,
)
