"""Beyond the paper: does a ticket end in the basin of the network that it was pruned from?"""

from lth.plots.copies import BARS, along_lines, barrier_lines, draw_along, draw_barriers, percents
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, draw_legend, grid
from lth.results.tables import Tables

KINDS = {
    ("orders", "ticket"): ("another order of the images", "blue", "-", "o"),
    ("parent", "ticket"): ("what it was pruned from", "purple", "--", "v"),
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
    draw_legend(figure, axes[0, 0], 3, "from the ticket's end to")
    return Drawn.of(figure, [*height, *along])


FIGURE = Figure(
    experiments={"lenet-copies": ("lines",)},
    caption=(
        "How far the test error rises, above the mean of the ends, on the straight line from where Lenet's ticket ends to where three other networks "
        "of its structure end: the same ticket trained on another order of the images; the trained network of the round before with the weights "
        "alone that survived its pruning, not trained since; and the ticket's structure with fresh values (reinit). Dashed: 2 points. Right: the "
        f"error along these lines at P_m 3.6, the ticket at 1. {BARS}."
    ),
    finding=(
        "The paper does not look. Evci et al. (arXiv 2010.03533) find that tickets relearn the solution that they were pruned from: they expect no "
        "barrier there, and one to fresh values."
    ),
    ours=(
        """
        {% set parent, reinit = barrier("lenet-copies", "parent", "ticket", 15), barrier("lenet-copies", "reinit", "ticket", 15) %}
        At P_m {{ parent.P_m }} the test error rises by {{ parent.rise }} on the line to what the ticket was pruned from and by {{ reinit.rise }} on the line to
        its structure with fresh values.
        """,
    ),
    draw=draw,
)
