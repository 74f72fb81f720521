"""Figure 28: Lenet's learning rate with momentum."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.sweep import MEANS, draw_sweep, experiments
from lth.results.tables import Tables

VALUES = {
    ("lenet-momentum-rates", 0.003125): "0.003125",
    ("lenet-momentum-rates", 0.0125): "0.0125",
    ("lenet-momentum-rates", 0.025): "0.025",
    ("lenet-momentum-rates", 0.05): "0.05",
    ("lenet-momentum-rates", 0.1): "0.1",
    ("lenet-momentum-rates", 0.2): "0.2",
    ("lenet-momentum-rates", 0.4): "0.4",
}


def draw(tables: Tables) -> Drawn:
    """Two panels."""
    return draw_sweep(tables, VALUES, "learning rate (momentum 0.9)")


FIGURE = Figure(
    experiments=experiments(VALUES),
    caption=(
        "Winning tickets of Lenet trained by SGD with momentum 0.9 at several learning rates: "
        f"early-stopping iteration and validation accuracy there. {MEANS}"
    ),
    finding="Tickets are found with momentum as well.",
    draw=draw,
)
