"""Figure 3: Lenet's test accuracy as training goes on, for tickets of several sizes and two reinitialisations."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.training_curves import draw_curves
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """Test accuracy against iteration, three panels."""

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
        "As in the paper. The dense network reaches 97.5% at iteration 3,700, tickets of P_m 51.3 and 21.1 at 2,600 and 2,500, their "
        "reinitialisations at 5,200 and 9,200; at P_m 7.0 the ticket needs 3,700 again, and 6,300 at 3.6."
    ),
    draw=draw,
)
