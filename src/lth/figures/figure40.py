"""Figure 40: Figure 7 with VGG-19 pruned layer by layer."""

from lth.plots.schedules import LAYERWISE, against_reinit

FIGURE = against_reinit(
    "vgg19",
    LAYERWISE,
    how=", each of its layers pruned by itself,",
    finding="What Figure 7 shows holds with layer-wise pruning too, but the smallest winning tickets are larger.",
)
