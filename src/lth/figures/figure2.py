"""Figure 2: the networks and how they are trained, as a table; parameters are counted from the code."""

import itertools

import pandas as pd

from lth.config import Experiment, load_experiment
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, grid
from lth.results.tables import Tables

NETWORKS = {"lenet": "Lenet", "conv2": "Conv-2", "conv4": "Conv-4", "conv6": "Conv-6"}


def draw(tables: Tables) -> Drawn:
    """A table with one column a network."""
    content = pd.DataFrame({NETWORKS[name]: _described(load_experiment(tables.names[name])) for name in tables})
    figure, axes = grid(1, 1, height=2.7)
    axes[0, 0].axis("off")
    drawn = axes[0, 0].table(
        content.to_numpy(),
        rowLabels=list(content.index),
        colLabels=list(content.columns),
        loc="center",
        cellLoc="center",
        edges="horizontal",
    )
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(8)
    for (row, _), cell in drawn.get_celld().items():
        lines = max(text.count("\n") + 1 for text in content.iloc[row - 1]) if row else 1
        cell.set_height(0.064 * (lines + 0.3))
        cell.set_linewidth(0.5)
    return Drawn(figure, content.rename_axis("row").reset_index())


def _described(experiment: Experiment) -> dict[str, str]:
    """What the table says of one experiment's network."""
    from lth.networks import build  # imports torch, which no other figure waits for

    layers = build(experiment.network).layers
    convolutions = [layer for layer in layers if layer.kind == "conv"]
    blocks = [", ".join(str(layer.shape[0]) for layer in block) for _, block in itertools.groupby(convolutions, lambda layer: layer.side)]
    training, pruning = experiment.training, experiment.pruning
    rates = {kind: getattr(pruning, kind) for kind in ("conv", "fc", "output") if getattr(pruning, kind)}
    return {
        "data": {"mnist": "MNIST", "cifar10": "CIFAR10"}[experiment.data.name],
        "3x3 convolutions": "\n".join(f"{block}, pool" for block in blocks) or "–",
        "dense layers": ", ".join(str(layer.shape[0]) for layer in layers if layer.kind != "conv"),
        "weights": f"{sum(layer.size for layer in layers):,}",
        "of them in convolutions": f"{sum(layer.size for layer in convolutions):,}",
        "iterations, batch": f"{training.iterations:,}, {training.batch_size}",
        "optimiser": f"{training.optimiser.name.capitalize()} {training.optimiser.learning_rate:g}",
        "pruned a round": "\n".join(f"{kind} {rate:.0%}" for kind, rate in rates.items()),
        "rounds": str(experiment.last_round),
    }


FIGURE = Figure(
    experiments=dict.fromkeys(NETWORKS, ()),
    caption="The networks, their training and their pruning, from params.yaml and the code; weights are counted from the networks as built.",
    finding=(
        "The paper's table has these networks, and Resnet-18 and VGG-19 besides. It gives Conv-6 1.7M weights, 1.1M of them in convolutions; "
        "the network it describes has 2.3M."
    ),
    draw=draw,
)
