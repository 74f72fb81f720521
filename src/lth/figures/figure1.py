"""Figure 1: winning tickets against randomly sampled sparse networks."""

from lth.plots.arms import BARS, CUT, EARLY, TEST, Arm, compare
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.networks import NETWORKS
from lth.results.tables import Tables
from lth.sentences import given

LOOKS = {"lenet": ("blue", "o"), "conv2": ("orange", "s"), "conv4": ("green", "^"), "conv6": ("red", "D")}
ARMS = [
    Arm(name, arm, NETWORKS[name] + suffix, colour, style, marker)
    for name, (colour, marker) in LOOKS.items()
    for arm, suffix, style in (("ticket", "", "-"), ("sparsity", " random", "--"))
]
APART = """
    {% set sampled, ticket = networks(name, "sparsity", 9), networks(name, "ticket", 9) %}
    At P_m {{ ticket.P_m }} {{ network }}'s sampled networks stop at iteration {{ sampled.stop }} with {{ sampled.accuracy }}, winning tickets at
    {{ ticket.stop }} with {{ ticket.accuracy }}: tickets stop {{ ticket.stop.over(sampled.stop) }} and are {{ ticket.accuracy.over(sampled.accuracy) }}.
"""


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m, the networks that have been run in each."""
    return compare(tables, ARMS, TEST, legend_columns=len(tables.names))


FIGURE = Figure(
    experiments=dict.fromkeys(LOOKS, ("ticket",)),
    also=dict.fromkeys(LOOKS, ("sparsity",)),
    caption=(
        "Early-stopping iteration and test accuracy there of winning tickets (solid) and of randomly sampled sparse "
        f"networks with as many weights in each layer (dashed). {BARS}; {CUT} {EARLY}"
    ),
    finding="The sparser a randomly sampled network, the slower it learns and the less accurate it becomes. Winning tickets do not follow: they are found, not sampled.",
    ours=(
        *(given(APART, name=name, network=NETWORKS[name]) for name in LOOKS),
        """
        {% set last = networks("lenet", "sparsity", 27) %}
        {% if last.unlearnt %}
        At P_m {{ last.P_m }}, {{ last.unlearnt|length }} of {{ last.count }} sampled networks learn next to nothing. Their early stops, the first at iteration
        {{ last.unlearnt|first }}, say nothing of how fast they learn.
        {% endif %}
        """,
    ),
    draw=draw,
)
