"""Figure 27: Lenet's learning rate with SGD."""

from lth.plots.rates import at_early_stop
from lth.plots.sweep import FLOOR, MEANS

FIGURE = at_early_stop(
    {"": ("lenet-sgd-rates", "lenet-sgd")},
    "SGD",
    caption=(
        f"Winning tickets of Lenet trained by SGD at several learning rates: early-stopping iteration and validation accuracy there. {MEANS}"
    ),
    finding="Tickets are found with plain SGD as well, best at rates well above Adam's.",
    floor=FLOOR,
)
