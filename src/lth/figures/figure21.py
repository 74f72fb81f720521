"""Figure 21: the incoming connections that units keep, Lenet trained with Adam."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import UNITS_CAPTION, units
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel per P_m, a line per layer."""
    return units(tables.extra("lenet", "structure"), "incoming")


FIGURE = Figure(
    experiments={"lenet": ("structure",)},
    caption=UNITS_CAPTION.format("incoming", "Adam"),
    finding=(
        "Each unit keeps about as large a share of its incoming connections as its layer does. The output layer, pruned at half the "
        "rate, keeps more."
    ),
    ours=(
        """
        {% set some, most = units("lenet", "incoming", "fc1", 4), units("lenet", "incoming", "fc1", 12) %}
        {% set second, second_most = units("lenet", "incoming", "fc2", 4), units("lenet", "incoming", "fc2", 12) %}
        At P_m {{ some.P_m }}, {{ some.bare }} of the first hidden layer's units and {{ second.bare }} of the second's keep less than {{ some.few }} of their
        incoming connections; at P_m {{ most.P_m }} {{ most.bare }} and {{ second_most.bare }} do.
        """,
    ),
    draw=draw,
)
