"""Figure 44: Resnet-18's warmup at rate 0.03, at three iterations of its training."""

from lth.plots.rates import at_iterations

FIGURE = at_iterations(
    "resnet18",
    "warmup",
    "resnet18-warmups",
    "resnet18-warmup",
    finding=(
        "The longer the warmup, the more accurate the tickets: much more so up to 5,000 iterations, little beyond; the paper takes 20,000, which validates best."
    ),
)
