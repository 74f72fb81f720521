"""Figure 6: Conv-2, Conv-4 and Conv-6 trained with dropout, against the same without."""

from lth.plots.arms import BARS, CUT, EARLY, TEST, Arm, compare
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.networks import CONV, LOOKS
from lth.results.tables import Tables

DROPOUT = tuple(f"{name}-dropout" for name in CONV)
ARMS = [
    Arm(name + end, "ticket", title + label, colour, style, marker)
    for name, title in CONV.items()
    for colour, marker in [LOOKS[name]]
    for end, label, style in (("-dropout", " with dropout", "-"), ("", " without", "--"))
]


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m, the networks that have been run in each."""
    return compare(tables, ARMS, TEST)


FIGURE = Figure(
    experiments=dict.fromkeys((*DROPOUT, *CONV), ("ticket",)),
    one_of=DROPOUT,
    caption=(
        "Early-stopping iteration and test accuracy there of winning tickets of Conv-2, Conv-4 and Conv-6 trained with dropout (solid), and without "
        f"it, as in Figure 5 (dashed). {BARS}; {CUT} {EARLY}"
    ),
    finding=(
        "Networks with dropout are trained three times as long. Dropout alone raises the accuracy by 2.1, 3.0 and 2.4 points, and pruning by up to 2.3, "
        "4.6 and 4.7 more. Tickets learn faster than the dense network with dropout too, Conv-2's less so."
    ),
    draw=draw,
)
