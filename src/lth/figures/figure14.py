"""Figure 14: tickets, reinitialisations and random sparsity of every network, by test accuracy at the end of training."""

from itertools import chain

from lth.config import load_experiment
from lth.plots.arms import BARS, CUT, Arm, draw_panel, reinit, ticket
from lth.plots.figure import Figure
from lth.plots.iterations import TICKS
from lth.plots.lines import Drawn, draw_legend, grid
from lth.plots.networks import CONV, LENET, title
from lth.plots.schedules import names
from lth.results.tables import Tables

ROWS = (tuple(LENET), tuple(CONV), tuple(f"{name}-dropout" for name in CONV), names("resnet18"), names("vgg19"))
"""Networks that stand side by side."""


def draw(tables: Tables) -> Drawn:
    """One panel per network and way to train it."""
    rows = [present for row in ROWS if (present := [name for name in row if name in tables])]
    columns = max(map(len, rows))
    figure, axes = grid(len(rows), columns, height=0.5 + (2.4 if columns < 3 else 1.9) * len(rows))
    lines = []
    for row, present in zip(axes, rows, strict=True):
        for ax, name in zip(row, present, strict=False):
            arms = [ticket(name), reinit(name), Arm(name, "sparsity", "random sparsity", "green", ":", "^")]
            above = title(load_experiment(tables.names[name]))
            lines += draw_panel(
                ax, tables, arms, "test accuracy at the end", "final_test_accuracy", above=above, ticks=10 if columns < 3 else TICKS
            )
            ax.set_title(above.replace(", ", "\n", 1))
        for ax in row[1 : len(present)]:
            ax.set_ylabel("")
        for ax in row[len(present) :]:
            ax.remove()
    draw_legend(figure, axes[0, 0], 3)
    return Drawn.of(figure, lines)


FIGURE = Figure(
    experiments=dict.fromkeys(chain(*ROWS), ("ticket",)),
    also=dict.fromkeys(chain(*ROWS), ("reinit", "sparsity")),
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
