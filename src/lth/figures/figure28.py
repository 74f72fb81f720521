"""Figure 28: Lenet's learning rate with momentum."""

from lth.plots.rates import at_early_stop
from lth.plots.sweep import FLOOR, MEANS

FIGURE = at_early_stop(
    {"": ("lenet-momentum-rates",)},
    "momentum 0.9",
    caption=(
        "Winning tickets of Lenet trained by SGD with momentum 0.9 at several learning rates: "
        f"early-stopping iteration and validation accuracy there. {MEANS}"
    ),
    finding="Tickets are found with momentum as well.",
    floor=FLOOR,
)
