"""Figure 33: the learning rates of Conv-2, Conv-4 and Conv-6 with SGD."""

from lth.plots.networks import CONV
from lth.plots.rates import at_early_stop
from lth.plots.sweep import CONV_MEANS

FIGURE = at_early_stop(
    {title: (f"{name}-sgd-rates",) for name, title in CONV.items()},
    "SGD",
    caption=(
        "Winning tickets of Conv-2, Conv-4 and Conv-6 trained by SGD at several learning rates: early-stopping iteration and validation "
        f"accuracy there. {CONV_MEANS}"
    ),
    finding=(
        "These networks are hard to train with SGD: dense ones validate two to three points below Adam's. Tickets are found at all rates shown, but the "
        "accuracy of Conv-2 and Conv-4 first falls with pruning before it rises."
    ),
)
