"""Figure 17: a ticket's own values drawn anew, Lenet."""

from lth.plots.arms import BARS, CUT, EARLY, TEST, Arm, compare, reinit, ticket
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m."""
    return compare(tables, [ticket(), reinit(), Arm("lenet", "resampled", "resampled values", "purple", "-.", "v")], TEST)


FIGURE = Figure(
    experiments={"lenet": ("ticket", "reinit", "resampled")},
    caption=(
        "Lenet's winning tickets, random reinitialisations of their structures, and the same structures with values drawn, with replacement, "
        f"from the ticket's own initial values in the same layer. {BARS}; {CUT} {EARLY}"
    ),
    finding="Values drawn from the ticket's own distribution do little better than fresh ones: which connection has which value matters, not the distribution alone.",
    draw=draw,
)
