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
        """
        {% set before, reinit, ticket = networks("lenet-iteration0", "ticket", 9), networks("lenet", "reinit", 9), networks("lenet", "ticket", 9) %}
        At P_m {{ ticket.P_m }} networks pruned before training stop at iteration {{ before.stop }} with {{ before.accuracy }}, reinitialised tickets at
        {{ reinit.stop }} with {{ reinit.accuracy }}, winning tickets at {{ ticket.stop }} with {{ ticket.accuracy }}.
        """,
        """
        {% set before, reinit, ticket = networks("lenet-iteration0", "ticket", 9), networks("lenet", "reinit", 9), networks("lenet", "ticket", 9) %}
        Networks pruned before training stop {{ before.stop.over(ticket.stop) }} than tickets and are {{ before.accuracy.over(ticket.accuracy) }}; they stop
        {{ before.stop.over(reinit.stop) }} than reinitialised tickets and are {{ before.accuracy.over(reinit.accuracy) }}.
        """,
    ),
    draw=draw,
)
