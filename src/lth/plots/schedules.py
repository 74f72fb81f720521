"""Figures of a deep network that is trained in several ways, pruned globally and layer by layer: 7, 8 and 38 to 41."""

from itertools import chain

from lth.config import load_experiment
from lth.plots.arms import BARS, Arm
from lth.plots.figure import Figure
from lth.plots.iterations import CUT_ONCE, REINIT, draw_iterations
from lth.plots.networks import DEEP, SCHEDULES, schedule
from lth.results.tables import Tables
from lth.sentences import given

LAYERWISE = "-layerwise"
"""What the names of experiments end in whose layers are pruned each by itself."""
HOLDS = """
    {% set whole, layers = lead(name, "final_validation", least=0), lead(name ~ layerwise, "final_validation", least=0) %}
    {% set optimiser = networks(name).optimiser %}
    At rate {{ "{:g}".format(optimiser.learning_rate) }}{% if optimiser.warmup %} with warmup{% endif %}, tickets pruned globally validate at the last iteration
    not measurably worse than the dense network {{ "down to P_m " ~ whole.holds_to if whole.holds_to else "at no P_m" }}, those pruned layer by layer
    {{ "down to P_m " ~ layers.holds_to if layers.holds_to else "at no P_m" }}.
"""


def names(network: str, pruned: str = "") -> tuple[str, ...]:
    """The experiments of a deep network, one for each way to train it. pruned: what they end in, where it is pruned in another way."""
    return tuple(f"{network}{end}{pruned}" for end in SCHEDULES)


def against_reinit(network: str, pruned: str = "", *, how: str = "", finding: str) -> Figure:
    """Tickets and their random reinitialisations by test accuracy. how: what the caption says of their pruning."""
    arm, suffix, dashed = REINIT

    def draw(tables):
        pairs = zip(_arms(tables, network, pruned), _arms(tables, network, pruned, arm, suffix, dashed), strict=True)
        return draw_iterations(tables, [*chain(*pairs)])

    return Figure(
        experiments=dict.fromkeys(names(network, pruned), ("ticket",)),
        also=dict.fromkeys(names(network, pruned), (arm,)),
        caption=(
            f"Test accuracy of {DEEP[network]}{how} at the iterations that the panels name: winning tickets (solid) and random reinitialisations of "
            f"their structure (dashed), trained at several learning rates. {BARS}; {CUT_ONCE}"
        ),
        finding=finding,
        draw=draw,
    )


def against_layerwise(network: str, *, finding: str) -> Figure:
    """Tickets of global and of layer-wise pruning by validation accuracy."""

    def draw(tables):
        colours = [colour for colour, _ in SCHEDULES.values()]
        both = _arms(tables, network) + _arms(tables, network, LAYERWISE, "ticket", ", layer-wise", "--")
        return draw_iterations(tables, sorted(both, key=lambda arm: colours.index(arm.colour)), "validation")

    return Figure(
        experiments=dict.fromkeys((*names(network), *names(network, LAYERWISE)), ("ticket",)),
        one_of=names(network, LAYERWISE),
        caption=(
            f"Validation accuracy of {DEEP[network]}'s winning tickets at the iterations that the panels name, the weights of all convolutions ranked "
            f"together (solid) or those of each layer (dashed), trained at several learning rates. {BARS}; {CUT_ONCE}"
        ),
        finding=finding,
        ours=tuple(given(HOLDS, name=name, layerwise=LAYERWISE) for name in names(network)),
        draw=draw,
    )


def _arms(tables: Tables, network: str, pruned: str = "", arm: str = "ticket", suffix: str = "", style: str = "-") -> list[Arm]:
    """One arm of each way to train the network that has been run; suffix: to its label in the legend."""
    return [
        Arm(name, arm, schedule(load_experiment(tables.names[name])) + suffix, colour, style, marker)
        for name, (colour, marker) in zip(names(network, pruned), SCHEDULES.values(), strict=True)
        if name in tables
    ]
