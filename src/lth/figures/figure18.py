"""Figure 18: pruning before training, by the magnitude of the initial weights, Lenet."""

from lth.plots.arms import BARS, CUT, EARLY, TEST, Arm, compare, reinit, ticket
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m."""
    return compare(tables, [ticket(), reinit(), Arm("lenet-iteration0", "ticket", "pruned at iteration 0", "green", "-.", "^")], TEST)


FIGURE = Figure(
    experiments={"lenet": ("ticket", "reinit"), "lenet-iteration0": ("ticket",)},
    required=("lenet", "lenet-iteration0"),
    caption=(
        "Lenet pruned by magnitude before any training, against winning tickets of iterative pruning and random reinitialisations of theirs. "
        f"{BARS}; {CUT} {EARLY}"
    ),
    finding=(
        "Magnitude at initialisation does not find winning tickets: networks pruned before training learn more slowly and less accurately."
    ),
    ours=(
        "As in the paper. At P_m 13.5 networks pruned before training stop at iteration 18,900 with 97.4%, reinitialised tickets at "
        "16,500 with 97.6%, winning tickets at 5,700 with 98.1%."
    ),
    draw=draw,
)
