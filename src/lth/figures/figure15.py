"""Figure 15: the initial values of the weights that survive, Lenet trained with Adam."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import VALUES_CAPTION, values
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel a P_m, a line a layer."""
    return values(tables.extra("lenet", "structure"))


FIGURE = Figure(
    experiments={"lenet": ("structure",)},
    caption=VALUES_CAPTION.format("Adam"),
    finding=(
        "As the network is pruned, the first hidden layer's survivors keep the shape of the initial distribution. In the second hidden "
        "layer and the output layer small initial values go first: the densities become bimodal, with unequal peaks on both sides of "
        "zero."
    ),
    ours=(
        "In the output layer the density becomes bimodal, its negative peak the higher. The second hidden layer keeps one peak, a "
        "little to the positive side; the first keeps its shape."
    ),
    draw=draw,
)
