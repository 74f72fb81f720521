"""Figure 41: Figure 8 with Resnet-18 pruned layer by layer."""

from lth.plots.schedules import LAYERWISE, against_reinit

FIGURE = against_reinit(
    "resnet18",
    LAYERWISE,
    how=", each of its layers pruned by itself,",
    finding="What Figure 8 shows holds with layer-wise pruning too, but the smallest winning tickets are larger.",
)
