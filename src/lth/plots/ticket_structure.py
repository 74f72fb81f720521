"""What survives, a panel per P_m and a line per layer: values (Figures 15 and 16), connections a unit (Figures 21 to 24)."""

import pandas as pd

from lth.plots.figure import Figure
from lth.plots.histograms import BAND, LAYERS, density, draw_panels, reached, share, title
from lth.plots.lines import Drawn
from lth.sentences import given

VALUES = (0, 4, 8, 12)
UNITS = (4, 8, 12)
"""Rounds of P_m 100, 41.05, 16.88 and 6.95."""
READERS = {"fc1": "input pixels", "fc2": "first hidden layer", "output": "second hidden layer"}
"""The units whose outgoing connections a layer's weights are."""

SMALL = """
    {% set output, second, first = initial(name, "output", 12), initial(name, "fc2", 12), initial(name, "fc1", 12) %}
    At P_m {{ output.P_m }} values nearer zero than half a standard deviation make up {{ output.small }} of the output layer's survivors,
    {{ second.small }} of the second hidden layer's and {{ first.small }} of the first's; of all their weights they are {{ output.small_of_all }},
    {{ second.small_of_all }} and {{ first.small_of_all }}.
"""
NEGATIVE = """
    {% set output, second = initial(name, "output", 12), initial(name, "fc2", 12) %}
    Negative values are {{ output.negative }} of what survives in the output layer and {{ second.negative }} in the second hidden layer.
"""
BARE = """
    {% set some, most = units(name, "incoming", "fc1", 4), units(name, "incoming", "fc1", 12) %}
    {% set second, second_most = units(name, "incoming", "fc2", 4), units(name, "incoming", "fc2", 12) %}
    At P_m {{ some.P_m }}, {{ some.bare }} of the first hidden layer's units and {{ second.bare }} of the second's keep less than {{ some.few }} of their
    incoming connections; at P_m {{ most.P_m }} {{ most.bare }} and {{ second_most.bare }} do.
"""
TENTHS = " Units of the second hidden layer have ten outgoing connections, and so keep tenths."


def of_values(experiment: str, trained: str, *, finding: str, ours: tuple[str, ...] = ()) -> Figure:
    """A figure of the initial values that survive in one of Lenet's experiments. trained: with what; ours: what is said besides."""
    return Figure(
        experiments={experiment: ("structure",)},
        caption=(
            f"Density of the initial values of the weights that survive in Lenet's winning tickets, trained with {trained}, by layer, from the dense network "
            f"on. {BAND}"
        ),
        finding=finding,
        ours=(given(SMALL, name=experiment), given(NEGATIVE, name=experiment), *ours),
        draw=lambda tables: values(tables.extra(experiment, "structure")),
    )


def of_units(experiment: str, direction: str, trained: str, *, finding: str, ours: tuple[str, ...] = ()) -> Figure:
    """The same of the connections that units keep. direction: incoming or outgoing."""
    return Figure(
        experiments={experiment: ("structure",)},
        caption=(
            f"Share of each unit's {direction} connections that survive in Lenet's winning tickets, trained with {trained}: histograms over the units of each "
            f"layer. {BAND}{TENTHS if direction == 'outgoing' else ''}"
        ),
        finding=finding,
        ours=(given(BARE, name=experiment), *ours) if direction == "incoming" else ours,
        draw=lambda tables: units(tables.extra(experiment, "structure"), direction),
    )


def values(structure: pd.DataFrame) -> Drawn:
    """Densities of the surviving initial values."""
    chosen = structure[structure["quantity"] == "value"]
    panels = {
        panel: [density(panel, name, bins[bins["layer"] == layer], colour) for layer, (name, colour) in LAYERS.items()]
        for panel, bins in _by_percent(chosen, VALUES).items()
    }
    return draw_panels(panels, x="initial value", y="density")


def units(structure: pd.DataFrame, direction: str) -> Drawn:
    """Histograms over units of the share of their connections that survive. direction: incoming or outgoing."""
    chosen = structure[structure["quantity"] == direction]
    names = {layer: READERS[layer] if direction == "outgoing" else name for layer, (name, _) in LAYERS.items()}
    panels = {
        panel: [share(panel, names[layer], bins[bins["layer"] == layer], colour) for layer, (_, colour) in LAYERS.items()]
        for panel, bins in _by_percent(chosen, UNITS).items()
    }
    return draw_panels(panels, x=f"{direction} that survive", y="share of units", steps=True)


def _by_percent(table: pd.DataFrame, rounds: tuple[int, ...]) -> dict[str, pd.DataFrame]:
    parts = [table[table["round"] == round] for round in reached(table, rounds)]
    return {title(part): part for part in parts}
