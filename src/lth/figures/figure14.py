"""Figure 14: tickets, reinitialisations and random sparsity of every network, by test accuracy at the end of training."""

from lth.plots.arms import BARS, CUT, Arm, draw_panel, reinit, ticket
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, grid
from lth.results.tables import Tables

NETWORKS = {"lenet": "Lenet", "conv2": "Conv-2", "conv4": "Conv-4", "conv6": "Conv-6"}


def draw(tables: Tables) -> Drawn:
    """One panel per network."""
    networks = list(tables)
    figure, axes = grid(-(-len(networks) // 2), min(2, len(networks)), height=0.4 + 2.4 * -(-len(networks) // 2))
    lines = []
    for ax, name in zip(axes.flat, networks, strict=False):
        arms = [ticket(name), reinit(name), Arm(name, "sparsity", "random sparsity", "green", ":", "^")]
        lines += draw_panel(ax, tables, arms, f"{NETWORKS[name]}: test accuracy at the end", "final_test_accuracy")
    for ax in axes.flat[len(networks) :]:
        ax.remove()
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Drawn.of(figure, lines)


FIGURE = Figure(
    experiments=dict.fromkeys(NETWORKS, ("ticket", "reinit", "sparsity")),
    caption=(
        "Test accuracy at the last iteration of winning tickets, of random reinitialisations of their structures, and of randomly sampled sparse "
        f"networks with as many weights in each layer. {BARS}; {CUT}"
    ),
    finding=(
        "Tickets stay above both controls. Lenet's reinitialisations stay above random sparsity: the structure of a ticket alone is worth "
        "something there. For the convolutional networks the two controls hardly differ."
    ),
    draw=draw,
)
