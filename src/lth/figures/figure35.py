"""Figure 35: the pruning rates of the convolutions of Conv-2, Conv-4 and Conv-6."""

from itertools import chain

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.networks import CONV
from lth.plots.sweep import CONV_MEANS, draw_sweeps, swept
from lth.results.tables import Tables
from lth.sentences import given

RATES = ("0.05", "0.1", "0.15", "0.2", "0.25", "0.3")
OWN = {"conv2": "0.1", "conv4": "0.1", "conv6": "0.15"}
"""The rate of each network in other figures."""
VALUES = {title: {name if rate == OWN[name] else f"{name}-rate-{rate}": rate for rate in RATES} for name, title in CONV.items()}
BEST = """
    {% set tickets = best("validation", *experiments) %}
    Of the rates by which {{ network }}'s convolutions are pruned, {{ tickets.plan.pruning.conv }} gives tickets the highest validation accuracy at early stop
    ({{ tickets.validation }}, at P_m {{ tickets.P_m }}).
"""


def draw(tables: Tables) -> Drawn:
    """Two panels a network."""
    return draw_sweeps(tables, {title: swept(tables, values) for title, values in VALUES.items()}, "share of a convolution pruned a round")


FIGURE = Figure(
    experiments=dict.fromkeys(chain(*VALUES.values()), ("ticket",)),
    one_of=tuple(name for name in chain(*VALUES.values()) if name not in CONV),
    caption=(
        "Winning tickets of Conv-2, Conv-4 and Conv-6 whose convolutions are pruned by several rates a round, dense layers by 20%: early-stopping "
        f"iteration and validation accuracy there. {CONV_MEANS}"
    ),
    finding="Any rate from 10% to 20% finds tickets about as well; the paper takes 10% for Conv-2 and Conv-4, 15% for Conv-6.",
    ours=tuple(given(BEST, network=title, experiments=[*values]) for title, values in VALUES.items()),
    draw=draw,
)
