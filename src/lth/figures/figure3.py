"""Figure 3: Lenet's test accuracy as training goes on, for tickets of several sizes and two reinitialisations."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.training_curves import draw_curves
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """Test accuracy against iteration."""

    def limits(lines):
        best = max(line.points["mean"].max() for line in lines)
        return best - 0.045, best + 0.005

    return draw_curves(tables, "test_accuracy", "test accuracy", 15_000, limits)


FIGURE = Figure(
    experiments={"lenet": ("ticket", "reinit")},
    few_rounds=True,
    caption=(
        "Test accuracy on Lenet (iterative pruning) as training proceeds. Each line is the mean over trials of one percentage of weights "
        "remaining; error bars are the minimum and maximum of any trial."
    ),
    finding=(
        "Tickets down to 21% learn faster than the dense network and end higher; pruned further they slow down again, and at 3.6% learn about "
        "as the dense network does. Reinitialised, the same structures learn ever slower."
    ),
    ours=(
        """
        {% set dense, mild, strong = training("lenet"), training("lenet", "ticket", 3), training("lenet", "ticket", 7) %}
        The dense network reaches {{ dense.how_good }} test accuracy at iteration {{ dense.good }}. Tickets get there
        {{ [mild.good.over(dense.good), strong.good.over(dense.good)]|once }}, at {{ mild.good }} (P_m {{ mild.P_m }}) and {{ strong.good }} (P_m {{ strong.P_m }}).
        """,
        """
        {% set dense, mild, strong = training("lenet"), training("lenet", "reinit", 3), training("lenet", "reinit", 7) %}
        Their reinitialisations get there {{ [mild.good.over(dense.good), strong.good.over(dense.good)]|once }} than the dense network, at {{ mild.good }} and
        {{ strong.good }}.
        """,
        """
        {% set dense, small = training("lenet"), training("lenet", "ticket", 15) %}
        {% set gap = small.good.over(dense.good) %}
        At P_m {{ small.P_m }} tickets take {{ small.good.times(dense.good) }} times as long as the dense network
        {%- if gap.ahead or gap.behind %}, where in the paper they learn about as fast{% endif %}.
        """,
    ),
    draw=draw,
)
