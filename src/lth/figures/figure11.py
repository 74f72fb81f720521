"""Figure 11: Lenet's validation loss as training goes on, for the networks of Figure 3."""

import pandas as pd

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.training_curves import draw_curves
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """Validation loss against iteration."""

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
        """
        {% set dense, strong, small = training("lenet"), training("lenet", "ticket", 7), training("lenet", "ticket", 15) %}
        The mean loss is lowest at iteration {{ dense.lowest }} for the dense network, at {{ strong.lowest }} for P_m {{ strong.P_m }} and at
        {{ small.lowest }} for P_m {{ small.P_m }}.
        """,
        """
        {% set mild, strong = training("lenet", "reinit", 3), training("lenet", "reinit", 7) %}
        For reinitialisations it is lowest at {{ mild.lowest }} (P_m {{ mild.P_m }}) and {{ strong.lowest }} (P_m {{ strong.P_m }}).
        """,
        """
        {% set dense, strong = training("lenet"), training("lenet", "ticket", 7) %}
        {% set stop = networks("lenet", "ticket", 7).stop.over(networks("lenet").stop) %}
        The dense network's loss stays within {{ dense.how_flat }} of that minimum from iteration {{ dense.flat_from }} to {{ dense.flat_to }}. Trial by trial,
        tickets of P_m {{ strong.P_m }} stop {{ stop }} than the dense network, at a loss that is {{ strong.minimum.over(dense.minimum) }}.
        """,
    ),
    draw=draw,
)
