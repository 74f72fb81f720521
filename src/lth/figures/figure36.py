"""Figure 36: the learning rates of Conv-2, Conv-4 and Conv-6 with dropout."""

from lth.plots.networks import CONV
from lth.plots.rates import at_early_stop
from lth.plots.sweep import CONV_MEANS

FIGURE = at_early_stop(
    {title: (f"{name}-dropout-adam-rates", f"{name}-dropout") for name, title in CONV.items()},
    "Adam, dropout",
    caption=(
        "Winning tickets of Conv-2, Conv-4 and Conv-6 trained with dropout by Adam at several learning rates: early-stopping iteration and "
        f"validation accuracy there. {CONV_MEANS}"
    ),
    finding=(
        "Pruning raises the accuracy at nearly all rates, but early stop hardly comes sooner. Conv-2 fails to learn at many of them until it "
        "has been pruned; the paper takes 3e-4 for it and 2e-4 for Conv-4 and Conv-6."
    ),
)
