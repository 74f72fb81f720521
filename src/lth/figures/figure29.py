"""Figure 29: Lenet's pruning rate."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.sweep import MEANS, draw_sweep, experiments
from lth.results.tables import Tables

VALUES = {
    "lenet-rate-0.1": "0.1",
    "lenet": "0.2",
    "lenet-rate-0.4": "0.4",
    "lenet-rate-0.6": "0.6",
    "lenet-rate-0.8": "0.8",
}


def draw(tables: Tables) -> Drawn:
    """Two panels."""
    return draw_sweep(tables, VALUES, "pruned a round")


FIGURE = Figure(
    experiments=experiments(VALUES),
    enough=2,
    caption=f"Winning tickets of Lenet pruned by several rates a round: early-stopping iteration and validation accuracy there. {MEANS}",
    finding="The slower the pruning, the smaller the tickets that still learn well; 0.2 a round is the compromise that the paper takes.",
    ours=(
        "Rates of 0.2 and 0.4 find tickets that are alike down to P_m 2.9 (97.3% and 97.5%); below, the slower is ahead. At 0.6 tickets "
        "have 97.1% at P_m 2.6; at 0.8 they have 88% at P_m 0.9, where 0.2 still has 96%."
    ),
    draw=draw,
)
