"""Figure 26: Lenet's learning rate with Adam."""

from lth.plots.rates import at_early_stop
from lth.plots.sweep import FLOOR, MEANS

FIGURE = at_early_stop(
    {"": ("lenet-adam-rates", "lenet")},
    "Adam",
    caption=(
        f"Winning tickets of Lenet trained by Adam at several learning rates: early-stopping iteration and validation accuracy there. {MEANS}"
    ),
    finding="Rates between 2e-4 and 2e-3 all find tickets that are about as accurate; far smaller ones learn too slowly.",
    floor=FLOOR,
)
