"""Figure 32: the learning rates of Conv-2, Conv-4 and Conv-6 with Adam."""

from lth.plots.networks import CONV
from lth.plots.rates import at_early_stop
from lth.plots.sweep import CONV_MEANS

FIGURE = at_early_stop(
    {title: (f"{name}-adam-rates", name) for name, title in CONV.items()},
    "Adam",
    caption=(
        "Winning tickets of Conv-2, Conv-4 and Conv-6 trained by Adam at several learning rates: early-stopping iteration and validation "
        f"accuracy there. {CONV_MEANS}"
    ),
    finding=(
        "At nearly all rates pruning brings early stop forward and raises the accuracy; not at the very highest, where it does so briefly or not at "
        "all. The paper takes 2e-4 for Conv-2 and 3e-4 for Conv-4 and Conv-6."
    ),
)
