"""Figure 12: Figure 4 with training accuracy at the last iteration."""

from lth.figures import figure4
from lth.plots.arms import BARS, CUT, EARLY, FINAL_TRAIN, TEST, TRAIN, compare
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """Four panels against P_m."""
    return compare(tables, figure4.ITERATIVE + figure4.ONE_SHOT, TEST | TRAIN | FINAL_TRAIN, legend_columns=2)


FIGURE = Figure(
    experiments=figure4.FIGURE.experiments,
    required=figure4.FIGURE.required,
    also=figure4.FIGURE.also,
    caption=(
        "Lenet's early-stopping iteration, test and training accuracy there, and training accuracy at the last iteration, for winning tickets and random "
        f"reinitialisations, pruned iteratively. {BARS}; {CUT} {EARLY}"
    ),
    adds={"lenet-oneshot": "One-shot: pruned at once."},
    finding=(
        "Training accuracy reaches about 100% for tickets with at least 2% of the weights and for all networks with at least 5%: what tickets "
        "gain in test accuracy, they gain in generalisation."
    ),
    draw=draw,
)
