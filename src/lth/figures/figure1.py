"""Figure 1: winning tickets against randomly sampled sparse networks."""

from lth.plots.arms import BARS, CUT, EARLY, TEST, Arm, compare
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.results.tables import Tables

NETWORKS = {
    "lenet": ("Lenet", "blue", "o"),
    "conv2": ("Conv-2", "orange", "s"),
    "conv4": ("Conv-4", "green", "^"),
    "conv6": ("Conv-6", "red", "D"),
}
ARMS = [
    Arm(name, arm, label + suffix, colour, style, marker)
    for name, (label, colour, marker) in NETWORKS.items()
    for arm, suffix, style in (("ticket", "", "-"), ("sparsity", " random", "--"))
]


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m, the networks that have been run in each."""
    return compare(tables, ARMS, TEST, legend_columns=4)


FIGURE = Figure(
    experiments=dict.fromkeys(NETWORKS, ("ticket", "sparsity")),
    caption=(
        "Early-stopping iteration and test accuracy there of winning tickets (solid, one network a trial) and of randomly sampled sparse "
        f"networks with as many weights in each layer (dashed, two a trial). {BARS}; {CUT} {EARLY}"
    ),
    finding="The sparser a randomly sampled network, the slower it learns and the less accurate it becomes. Winning tickets do not follow: they are found, not sampled.",
    ours="As in the paper. At P_m 13.5 sampled networks stop at iteration 21,000 with 97.4%, winning tickets at 5,700 with 98.1%.",
    draw=draw,
)
