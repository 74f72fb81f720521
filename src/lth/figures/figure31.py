"""Figure 31: Lenet's size."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.sweep import MEANS, draw_sweep
from lth.results.tables import Tables

VALUES = {
    "lenet-size-25-9": "25, 9",
    "lenet-size-50-17": "50, 17",
    "lenet-size-100-34": "100, 34",
    "lenet-size-150-50": "150, 50",
    "lenet-size-200-67": "200, 67",
    "lenet": "300, 100",
    "lenet-size-400-134": "400, 134",
    "lenet-size-500-167": "500, 167",
    "lenet-size-700-233": "700, 233",
    "lenet-size-900-300": "900, 300",
}


def draw(tables: Tables) -> Drawn:
    """Two panels."""
    return draw_sweep(tables, VALUES, "hidden units", against="weights_remaining")


FIGURE = Figure(
    experiments=dict.fromkeys(VALUES, ("ticket",)),
    enough=2,
    caption=(
        "Winning tickets of Lenet with hidden layers of several sizes, against the weights that remain: "
        f"early-stopping iteration and validation accuracy there. {MEANS}"
    ),
    finding="Larger networks hold more accurate tickets; whatever the starting size, tickets fall back to the dense accuracy between 9,000 and 15,000 weights.",
    draw=draw,
)
