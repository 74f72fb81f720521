"""Figures of a rate or a warmup in several values: at early stop (26 to 28, 32 to 34, 36), and at a few iterations (42 to 45)."""

from collections.abc import Mapping, Sequence
from itertools import chain

from lth.plots.figure import Figure
from lth.plots.iterations import CUT_ONCE, REINIT, draw_iterations
from lth.plots.networks import DEEP
from lth.plots.sweep import WORDS, draw_sweeps, swept, variants
from lth.sentences import given

TITLES = {"learning_rate": "learning rate", "warmup": "iterations of warmup"}
"""What is swept, by its key among the optimiser's."""
WRITTEN = {"learning_rate": "learning rate {:,g}", "warmup": "{:,g} iterations of warmup"}
"""One value of it."""
BEST = """
    {% set dense, tickets = best(quantity, *experiments, dense=true), best(quantity, *experiments) %}
    {{ network }}'s dense network validates best at {{ when }} with {{ written.format(dense.optimiser[key]) }} ({{ dense[quantity] }}), its tickets with
    {{ written.format(tickets.optimiser[key]) }} ({{ tickets[quantity] }}, at P_m {{ tickets.P_m }}).
"""


def at_early_stop(networks: Mapping[str, Sequence[str]], optimiser: str, *, caption: str, finding: str, **limits: float) -> Figure:
    """A figure of learning rates, two panels a network.

    networks: by what stands above its panels, a network's sweep and, if there is one, the experiment that other figures are drawn from.
    caption: what is plotted; limits: as for `draw_sweeps`.
    """
    key = "learning_rate"

    def draw(tables):
        rows = {above: swept(tables, variants(tables, key, *names)) for above, names in networks.items()}
        return draw_sweeps(tables, rows, f"{TITLES[key]} ({optimiser})", **limits)

    return Figure(
        experiments=dict.fromkeys(chain(*networks.values()), ("ticket",)),
        one_of=tuple(sweep for sweep, *_ in networks.values()),
        caption=caption,
        finding=finding,
        ours=tuple(_best(above or "Lenet", names, key, "validation", "early stop") for above, names in networks.items()),
        draw=draw,
    )


def at_iterations(network: str, key: str, *experiments: str, finding: str) -> Figure:
    """A figure of a deep network, a panel an iteration.

    key: what of the optimiser is swept. experiments: the sweep and, if there is one, the experiment that other figures are drawn from.
    """
    sweep, *_ = experiments
    controls = [REINIT] if key == "learning_rate" else []

    def draw(tables):
        arms = swept(tables, variants(tables, key, *experiments), *controls)
        return draw_iterations(tables, arms, "validation", columns=6, title=TITLES[key], faint=True)

    return Figure(
        experiments=dict.fromkeys(experiments, ("ticket",)),
        required=(sweep,),
        also={sweep: tuple(arm for arm, *_ in controls)},
        caption=(
            f"Validation accuracy of {DEEP[network]}'s winning tickets{' (solid) and their random reinitialisations (dashed)' if controls else ''} at the "
            f"iterations that the panels name, by {TITLES[key]}. {WORDS}; {CUT_ONCE}"
        ),
        finding=finding,
        ours=(_best(DEEP[network], experiments, key, "final_validation", "the last iteration"),),
        draw=draw,
    )


def _best(network: str, experiments: Sequence[str], key: str, quantity: str, when: str) -> str:
    return given(BEST, network=network, experiments=experiments, key=key, written=WRITTEN[key], quantity=quantity, when=when)
