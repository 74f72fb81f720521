"""Figure 11: Lenet's validation loss as training goes on, for the networks of Figure 3."""

import pandas as pd

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.training_curves import draw_curves
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """Validation loss against iteration, three panels."""

    def limits(lines):
        late = pd.concat([line.points.iloc[len(line.points) // 4 :] for line in lines])
        least, most = min(line.points["mean"].min() for line in lines), late["mean"].quantile(0.995)
        return least - 0.1 * (most - least), most + 0.1 * (most - least)

    return draw_curves(tables, "validation_loss", "validation loss", 25_000, limits)


FIGURE = Figure(
    experiments={"lenet": ("ticket", "reinit")},
    few_rounds=True,
    caption=(
        "Validation loss (mean cross-entropy, nats) of Lenet under iterative pruning as training proceeds, for the networks of Figure 3. Each "
        "line is the mean over trials; error bars are the minimum and maximum of any trial, cut off where a spike of "
        "one network's loss leaves the axis."
    ),
    finding=(
        "Validation loss falls, reaches its minimum and rises again. Tickets reach the minimum sooner the more they are pruned, down to about "
        "a fifth of the weights; reinitialised networks reach it later."
    ),
    ours=(
        "As in the paper: the minimum of the mean lies at iteration 6,600 for the dense network, at 4,600 for P_m 21.1 and at 9,200 "
        "for P_m 3.6; for reinitialisations at 8,300 (P_m 51.3) and 13,800 (P_m 21.1). The minima are flat."
    ),
    draw=draw,
)
