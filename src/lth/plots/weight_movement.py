"""How far the dense network's weights move, in and out of the eventual ticket, a panel per layer: Figures 19 and 20."""

import pandas as pd

from lth.plots.histograms import BAND, LAYERS, density, draw_panels, title
from lth.plots.lines import Drawn

PARTS = {"ticket": ("in the eventual ticket", "blue"), "rest": ("not in it", "orange")}
MOVED_CAPTION = (
    "{} in training, of the weights of Lenet's dense network that survive in the eventual winning ticket, whose P_m the axis names, and of those that do not. "
    + BAND
)


def movement(table: pd.DataFrame, quantity: str, x: str) -> Drawn:
    """Densities of one quantity of movement.parquet."""
    panels = {}
    for layer, (panel, _) in LAYERS.items():
        bins = table[(table["quantity"] == quantity) & (table["layer"] == layer)]
        panels[panel] = [density(panel, label, bins[bins["part"] == part], colour) for part, (label, colour) in PARTS.items()]
    return draw_panels(panels, x=x, y=f"density (ticket of {title(table)})", share_y=False)
