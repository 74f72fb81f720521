"""Figure 27: Lenet's learning rate with SGD."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.sweep import MEANS, draw_sweep, experiments
from lth.results.tables import Tables

VALUES = {
    ("lenet-sgd-rates", 0.003125): "0.003125",
    ("lenet-sgd-rates", 0.00625): "0.00625",
    ("lenet-sgd-rates", 0.0125): "0.0125",
    ("lenet-sgd-rates", 0.025): "0.025",
    ("lenet-sgd-rates", 0.1): "0.1",
    ("lenet-sgd-rates", 0.4): "0.4",
    "lenet-sgd": "0.8",
    ("lenet-sgd-rates", 1.2): "1.2",
}


def draw(tables: Tables) -> Drawn:
    """Two panels."""
    return draw_sweep(tables, VALUES, "learning rate (SGD)")


FIGURE = Figure(
    experiments=experiments(VALUES),
    enough=2,
    caption=(
        f"Winning tickets of Lenet trained by SGD at several learning rates: early-stopping iteration and validation accuracy there. {MEANS}"
    ),
    finding="Tickets are found with plain SGD as well, best at rates well above Adam's.",
    draw=draw,
)
