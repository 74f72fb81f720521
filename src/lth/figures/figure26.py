"""Figure 26: Lenet's learning rate with Adam."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.sweep import MEANS, draw_sweep, experiments
from lth.results.tables import Tables

VALUES = {
    ("lenet-adam-rates", 2.5e-5): "2.5e-5",
    ("lenet-adam-rates", 5e-5): "5e-5",
    ("lenet-adam-rates", 2e-4): "2e-4",
    ("lenet-adam-rates", 8e-4): "8e-4",
    "lenet": "1.2e-3",
    ("lenet-adam-rates", 2e-3): "2e-3",
    ("lenet-adam-rates", 3.2e-3): "3.2e-3",
    ("lenet-adam-rates", 6.4e-3): "6.4e-3",
}


def draw(tables: Tables) -> Drawn:
    """Two panels."""
    return draw_sweep(tables, VALUES, "learning rate (Adam)")


FIGURE = Figure(
    experiments=experiments(VALUES),
    enough=2,
    caption=(
        f"Winning tickets of Lenet trained by Adam at several learning rates: early-stopping iteration and validation accuracy there. {MEANS}"
    ),
    finding="Rates between 2e-4 and 2e-3 all find tickets that are about as accurate; far smaller ones learn too slowly.",
    draw=draw,
)
