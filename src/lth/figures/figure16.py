"""Figure 16: the initial values of the weights that survive, Lenet trained with SGD."""

from lth.figures.lines import Drawn
from lth.figures.ticket_structure import VALUES_CAPTION, values
from lth.tables import Tables

EXPERIMENTS = {"lenet-sgd": ("structure",)}
CAPTION = VALUES_CAPTION.format("SGD at 0.8")
FINDING = (
    "Trained with SGD, the survivors become bimodal in all three layers, with unequal peaks on both sides of zero: weights that "
    "begin large are more likely to survive."
)


def draw(tables: Tables) -> Drawn:
    """A panel a P_m, a line a layer."""
    return values(tables.extra("lenet-sgd", "structure"))
