"""Figure 23: the outgoing connections that units keep, Lenet trained with Adam."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import TENTHS, UNITS_CAPTION, units
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel per P_m, a line per layer."""
    return units(tables.extra("lenet", "structure"), "outgoing")


FIGURE = Figure(
    experiments={"lenet": ("structure",)},
    caption=UNITS_CAPTION.format("outgoing", "Adam") + TENTHS,
    finding=(
        "Outgoing connections are far less even: some units keep many more than others. Pixels form two groups, and those at the edge "
        "of the image, where digits never are, lose most."
    ),
    ours=(
        """
        {% set pixels, first = units("lenet", "outgoing", "fc1", 12), units("lenet", "outgoing", "fc2", 12) %}
        At P_m {{ pixels.P_m }}, {{ pixels.bare }} of the pixels and {{ first.bare }} of the first hidden layer's units keep less than {{ pixels.few }} of their
        outgoing connections.
        """,
    ),
    draw=draw,
)
