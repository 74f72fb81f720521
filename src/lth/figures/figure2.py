"""Figure 2: the networks and how they are trained, as a table; parameters are counted from the code."""

from collections import Counter

import pandas as pd

from lth.config import Experiment, OptimiserConfig, load_experiment
from lth.config.data_sets import data_sets
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, grid
from lth.plots.networks import NETWORKS
from lth.results.tables import Tables

NAMES = 0.16
"""The width of the rows' names."""
AUGMENTED = {None: "", "flip-crop": "\nflipped, cropped"}


def draw(tables: Tables) -> Drawn:
    """A table with one column a network."""
    content = pd.DataFrame({NETWORKS[name]: _described(load_experiment(tables.names[name])) for name in tables})
    lines = [max(text.count("\n") + 1 for text in row) for row in [list(content), *content.to_numpy()]]
    height = 0.15 * sum(count + 0.6 for count in lines)
    figure, axes = grid(1, 1, height=height + 0.2)
    axes[0, 0].axis("off")
    drawn = axes[0, 0].table(
        content.reset_index().to_numpy(),
        colLabels=["", *content.columns],
        colWidths=[NAMES] + [(1 - NAMES) / len(content.columns)] * len(content.columns),
        loc="center",
        cellLoc="center",
        edges="horizontal",
    )
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(7 if len(content.columns) > 4 else 8)
    for (row, column), cell in drawn.get_celld().items():
        cell.set_height(0.15 * (lines[row] + 0.6) / height)
        cell.set_linewidth(0.5)
        if column == 0:
            cell.set_text_props(horizontalalignment="left")
            cell.PAD = 0
    return Drawn(figure, content.rename_axis("row").reset_index())


def _described(experiment: Experiment) -> dict[str, str]:
    """What the table says of one experiment's network."""
    from lth.networks import build  # imports torch, which no other figure waits for

    layers = build(experiment.network).layers
    convolutions = [layer for layer in layers if layer.kind == "conv"]
    blocks = Counter((layer.shape[0], layer.side) for layer in convolutions if layer.shape[-1] == 3)
    training, pruning = experiment.training, experiment.pruning
    rates = {kind: getattr(pruning, kind) for kind in ("conv", "fc", "output") if getattr(pruning, kind)}
    return {
        "data": data_sets()[experiment.data.name].title + AUGMENTED[training.augment],
        "3x3 convolutions": "\n".join(f"{count} x {channels} at {side}x{side}" for (channels, side), count in blocks.items()) or "–",
        "dense layers": ", ".join(str(layer.shape[0]) for layer in layers if layer.kind != "conv"),
        "weights": f"{sum(layer.size for layer in layers):,}",
        "of them in convolutions": f"{sum(layer.size for layer in convolutions):,}",
        "never pruned": f"{sum(layer.size for layer in layers if layer.group not in rates):,}",
        "iterations, batch": f"{training.iterations:,}, {training.batch_size}",
        "optimiser": "\n".join(_optimiser(training.optimiser)),
        "pruned a round": "\n".join(f"{kind} {rate:.0%}" for kind, rate in rates.items())
        + ("\n(global)" if pruning.method == "global" else ""),
        "rounds": str(experiment.last_round),
    }


def _optimiser(optimiser: OptimiserConfig) -> list[str]:
    """Its lines: name and rate, warmup, where the rate falls."""
    warmup = [f"warmup {optimiser.warmup:,}"] if optimiser.warmup else []
    return [
        f"{optimiser.name.capitalize()} {optimiser.learning_rate:g}",
        *warmup,
        *(f"/10 at {iteration:,}" for iteration in optimiser.drops),
    ]


FIGURE = Figure(
    experiments=dict.fromkeys(NETWORKS, ()),
    caption="The networks, their training and their pruning, from params.yaml and the code; weights are counted from the networks as built.",
    finding=(
        "The paper's table has Lenet, Conv-2, Conv-4, Conv-6, Resnet-18 and VGG-19. It gives Conv-6 1.7M weights, 1.1M of them in convolutions; the network "
        "it describes has 2.3M. Of Resnet-18 it says 274K, where its text says 271K. It trains the deep networks at other rates too (Figures 7 and 8)."
    ),
    draw=draw,
)
