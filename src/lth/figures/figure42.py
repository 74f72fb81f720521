"""Figure 42: Resnet-18's learning rate, at three iterations of its training."""

from lth.plots.rates import at_iterations

FIGURE = at_iterations(
    "resnet18",
    "learning_rate",
    "resnet18-rates",
    finding="Winning tickets are found at no rate above 0.01: at higher ones they do no better than their reinitialisations.",
)
