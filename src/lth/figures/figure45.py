"""Figure 45: VGG-19's warmup at rate 0.1, at three iterations of its training."""

from lth.plots.rates import at_iterations

FIGURE = at_iterations(
    "vgg19",
    "warmup",
    "vgg19-warmups",
    "vgg19-warmup",
    finding=(
        "The longer the warmup, the more accurate the tickets: much more so up to 5,000 iterations, little beyond; the paper takes 10,000, beyond which there is little to gain."
    ),
)
