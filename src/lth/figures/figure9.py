"""Figure 9: resetting tickets before each round of training against training on, Lenet."""

from lth.plots.arms import BARS, CUT, EARLY, VALIDATION, Arm, compare, ticket
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m."""
    continued = Arm("lenet-continued", "ticket", "pruned with continued training", "red", "-.", "^")
    return compare(tables, [ticket(label="pruned with resetting"), continued], VALIDATION)


FIGURE = Figure(
    experiments={"lenet": ("ticket",), "lenet-continued": ("ticket",)},
    required=("lenet", "lenet-continued"),
    caption=(
        "Two ways to prune Lenet iteratively: resetting the survivors to their initial weights before each round, and training them on. At each "
        "P_m the network found is trained from its initial weights: early-stopping iteration and validation accuracy there. "
        f"{BARS}; {CUT} {EARLY}"
    ),
    finding="With resetting, tickets keep higher accuracy and stop earlier down to smaller sizes than with continued training.",
    draw=draw,
)
