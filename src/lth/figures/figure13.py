"""Figure 13: Figure 5 with training accuracy at the last iteration."""

from lth.figures import figure5
from lth.plots.arms import BARS, CUT, EARLY, FINAL_TRAIN, TEST, TRAIN, compare
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.networks import CONV
from lth.results.tables import Tables
from lth.sentences import given

TRAINED = """
    {% set dense, ticket, reinit = networks(name), networks(name, "ticket", 12), networks(name, "reinit", 12) %}
    At P_m {{ ticket.P_m }} {{ network }}'s tickets end with {{ ticket.train }} training accuracy, their reinitialisations with {{ reinit.train }}; the dense
    network has {{ dense.train }}.
"""


def draw(tables: Tables) -> Drawn:
    """Four panels against P_m."""
    return compare(tables, figure5.ARMS, TEST | TRAIN | FINAL_TRAIN)


FIGURE = Figure(
    experiments=figure5.FIGURE.experiments,
    caption=(
        "Early-stopping iteration of Conv-2, Conv-4 and Conv-6, test and training accuracy there, and training accuracy at the last iteration, for winning "
        f"tickets (solid) and random reinitialisations (dashed). {BARS}; {CUT} {EARLY}"
    ),
    finding="Training accuracy at the end stays near 100% as long as tickets are above the dense network in test accuracy: the gain is in generalisation.",
    ours=tuple(given(TRAINED, name=name, network=title) for name, title in CONV.items()),
    draw=draw,
)
