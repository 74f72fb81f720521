"""Figure 34: the learning rates of Conv-2, Conv-4 and Conv-6 with momentum."""

from lth.plots.networks import CONV
from lth.plots.rates import at_early_stop
from lth.plots.sweep import CONV_MEANS

FIGURE = at_early_stop(
    {title: (f"{name}-momentum-rates",) for name, title in CONV.items()},
    "momentum 0.9",
    caption=(
        "Winning tickets of Conv-2, Conv-4 and Conv-6 trained by SGD with momentum 0.9 at several learning rates: early-stopping iteration "
        f"and validation accuracy there. {CONV_MEANS}"
    ),
    finding=(
        "Tickets are found with momentum as well. At the lowest rates accuracy first falls with pruning before it rises; at the highest, early stop never "
        "comes sooner, and some networks fail to learn."
    ),
)
