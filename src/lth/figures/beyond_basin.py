"""Beyond the paper: does a ticket end in the basin of the network that it was pruned from?"""

from lth.plots.copies import BARS, along_lines, barrier_lines, draw_along, draw_barriers, percents
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, draw_legend, grid
from lth.results.tables import Tables

KINDS = {
    ("orders", "ticket"): ("another order of the images", "blue", "-", "o"),
    ("parent", "ticket"): ("the network of the round before", "purple", "--", "v"),
    ("pruned", "ticket"): ("the network of the round before, pruned", "green", ":", "^"),
    ("reinit", "ticket"): ("its structure with fresh values", "orange", "--", "s"),
}


def draw(tables: Tables) -> Drawn:
    """Two panels: the barrier against P_m, and the error along the line."""
    points = tables.extra("lenet-copies", "lines")
    points = points[points["arm"] == "ticket"]
    figure, axes = grid(1, 2, height=3)
    height = barrier_lines("barrier", points, "test_error", KINDS)
    along = along_lines("along the line", points, "test_error", KINDS)
    draw_barriers(axes[0, 0], height, percents(points), "barrier, test images\n(points of error)")
    draw_along(axes[0, 1], along, "test error (%)")
    draw_legend(figure, axes[0, 0], 2, "from the ticket's end to")
    return Drawn.of(figure, [*height, *along])


FIGURE = Figure(
    experiments={"lenet-copies": ("lines",)},
    caption=(
        "How far the test error rises on the straight line from where Lenet's ticket ends to four other networks: the same ticket trained on another "
        "order of the images; the trained network of the round before, which it was pruned from; that network with the weights alone that survived "
        "the pruning, not trained since; and the ticket's structure with fresh values (reinit), trained. For another order, above the mean of the "
        "ends, which are alike; for the others above the worse end. Dashed: 2 points, up to which the axis is linear, and logarithmic above. Right: the error along these lines at P_m 3.6, the ticket at "
        f"1. {BARS}; where networks have collapsed, below 20% accuracy, none is drawn."
    ),
    finding=(
        "The paper does not look. Evci et al. (arXiv 2010.03533) find that tickets relearn the solution that they were pruned from, Paul et al. (arXiv "
        "2210.03044) that networks of successive rounds are joined: no barrier there, and one to fresh values."
    ),
    ours=(
        """
        {% set parent, reinit = barrier("lenet-copies", "parent", "ticket", 15), barrier("lenet-copies", "reinit", "ticket", 15) %}
        At P_m {{ parent.P_m }} the test error rises by up to {{ parent.rise.within }} above the worse end on the line from where the ticket ends to where the
        network of the round before ended, which pruning made it from, and by {{ reinit.rise.within }} on the line to its structure with fresh values.
        """,
    ),
    draw=draw,
)
