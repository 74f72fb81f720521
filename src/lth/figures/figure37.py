"""Figure 37: pruning the convolutions, the dense layers, or both, of Conv-2, Conv-4 and Conv-6."""

from itertools import chain

from lth.plots.arms import CUT, EARLY, TEST
from lth.plots.figure import Figure
from lth.plots.lines import WEIGHTS, Drawn
from lth.plots.networks import CONV
from lth.plots.sweep import WORDS, draw_sweeps, swept
from lth.results.tables import Tables
from lth.sentences import given

VALUES = {
    title: {f"{name}-only-conv": "convolutions", f"{name}-only-fc": "dense layers", name: "both (other figures)"}
    for name, title in CONV.items()
}
LARGEST = """
    {% set both, conv, fc = lead(name, "accuracy").largest, lead(name ~ "-only-conv", "accuracy").largest, lead(name ~ "-only-fc", "accuracy").largest %}
    {{ network }}'s tickets lie at most {{ both.signed }} of test accuracy at early stop above the dense network where both are pruned, {{ conv.signed }} where
    convolutions alone are, {{ fc.signed }} where dense layers alone are.
"""


def draw(tables: Tables) -> Drawn:
    """Two panels a network, against the weights that remain."""
    return draw_sweeps(tables, {title: swept(tables, values) for title, values in VALUES.items()}, "what is pruned", TEST, against=WEIGHTS)


FIGURE = Figure(
    experiments=dict.fromkeys(chain(*VALUES.values()), ("ticket",)),
    one_of=tuple(name for name in chain(*VALUES.values()) if name not in CONV),
    caption=(
        "Winning tickets of Conv-2, Conv-4 and Conv-6 of which convolutions alone, dense layers alone, or both are pruned, against the weights that "
        f"remain: early-stopping iteration and test accuracy there. {WORDS}; {CUT} {EARLY}"
    ),
    finding=(
        "Pruning convolutions alone gives higher accuracy and faster learning, pruning dense layers alone mostly the reverse. But convolutions "
        "hold few of the weights: dense layers are 99%, 89% and 35% of Conv-2, Conv-4 and Conv-6."
    ),
    ours=tuple(given(LARGEST, name=name, network=title) for name, title in CONV.items()),
    draw=draw,
)
