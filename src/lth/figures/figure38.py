"""Figure 38: VGG-19 pruned globally and layer by layer, at three iterations of its training."""

from lth.plots.schedules import against_layerwise

FIGURE = against_layerwise(
    "vgg19",
    finding=(
        "Global pruning finds smaller tickets: with warmup while P_m ≥ 1.5, layer-wise while P_m ≥ 6.9. At the other rates too accuracy falls off sooner "
        "where each layer is pruned by itself; the paper supposes that small layers become bottlenecks."
    ),
)
