"""Figure 39: Resnet-18 pruned globally and layer by layer, at three iterations of its training."""

from lth.plots.schedules import against_layerwise

FIGURE = against_layerwise(
    "resnet18",
    finding="Global pruning finds smaller tickets of Resnet-18 too, but the difference is less than for VGG-19, whose layers are less alike in size.",
)
