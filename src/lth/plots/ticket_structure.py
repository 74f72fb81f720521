"""What survives, a panel per P_m and a line per layer: values (Figures 15 and 16), connections a unit (Figures 21 to 24)."""

import pandas as pd

from lth.plots.histograms import BAND, LAYERS, density, draw_panels, reached, share, title
from lth.plots.lines import Drawn

VALUES = (0, 4, 8, 12)
UNITS = (4, 8, 12)
"""Rounds of P_m 100, 41.05, 16.88 and 6.95."""
READERS = {"fc1": "input pixels", "fc2": "first hidden layer", "output": "second hidden layer"}
"""The units whose outgoing connections a layer's weights are."""

VALUES_CAPTION = (
    "Density of the initial values of the weights that survive in Lenet's winning tickets, trained with {}, by layer, from the dense network on. "
    + BAND
)
UNITS_CAPTION = (
    "Share of each unit's {} connections that survive in Lenet's winning tickets, trained with {}: histograms over the units of each layer. "
    + BAND
)

TENTHS = " Units of the second hidden layer have ten outgoing connections, and so keep tenths."


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
