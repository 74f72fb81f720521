"""Figure 16: the initial values of the weights that survive, Lenet trained with SGD."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import VALUES_CAPTION, values
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel a P_m, a line a layer."""
    return values(tables.extra("lenet-sgd", "structure"))


FIGURE = Figure(
    experiments={"lenet-sgd": ("structure",)},
    caption=VALUES_CAPTION.format("SGD at 0.8"),
    finding=(
        "Trained with SGD, the survivors become bimodal in all three layers, with unequal peaks on both sides of zero: weights that "
        "begin large are more likely to survive."
    ),
    ours=(
        "In the output layer the density becomes bimodal, the second hidden layer flattens, the first keeps its one peak. Its two "
        "spikes at P_m 41.05 are weights of pixels that are black in every image: without a gradient they stay at their initial values, "
        "and pruning takes the smallest first; the spikes stand where it has got to."
    ),
    draw=draw,
)
