"""Figure 12: Figure 4 with training accuracy at the last iteration."""

from lth.figures.figure4 import ALSO, EXPERIMENTS, ITERATIVE, ONE_SHOT, REQUIRED
from lth.plots.arms import BARS, CUT, FINAL_TRAIN, TEST, TRAIN, compare
from lth.plots.lines import Drawn
from lth.results.tables import Tables

__all__ = ["ALSO", "CAPTION", "EXPERIMENTS", "FINDING", "REQUIRED", "draw"]

CAPTION = (
    "Lenet's early-stopping iteration, test and training accuracy there, and training accuracy at the last iteration, for winning tickets and random "
    f"reinitialisations, pruned iteratively and, where it has been run, at once. {BARS}; {CUT}"
)
FINDING = (
    "Training accuracy reaches about 100% for tickets with at least 2% of the weights and for all networks with at least 5%: what tickets "
    "gain in test accuracy, they gain in generalisation."
)


def draw(tables: Tables) -> Drawn:
    """Four panels against P_m."""
    return compare(tables, ITERATIVE + ONE_SHOT, TEST | TRAIN | FINAL_TRAIN, legend_columns=2)
