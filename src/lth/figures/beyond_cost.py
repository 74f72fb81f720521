"""Beyond the paper: what Lenet's winning tickets cost to run and to keep."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn, Line, against_percent_remaining, by_percent_remaining, grid, plot
from lth.plots.style import COLOURS
from lth.results.tables import Tables

PANELS = {
    "connections": {
        "connections": ("surviving (multiply-adds an image)", "blue", "-", "o"),
        "connected": ("on a path from pixel to output", "orange", "--", "s"),
    },
    "bytes": {
        "dense_bytes": ("dense network", "grey", "-", ""),
        "ticket_bytes": ("seed and masks of all rounds so far", "blue", "-", "o"),
        "least_bytes": ("one mask alone", "orange", "--", "s"),
    },
}


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m on logarithmic axes."""
    cost = tables.extra("lenet", "cost").query("round > 0")
    figure, axes = grid(1, len(PANELS), height=2.6)
    lines = []
    for ax, (title, columns) in zip(axes[0], PANELS.items(), strict=True):
        panel = [
            Line(title, label, by_percent_remaining(cost, column), COLOURS[colour], style, marker)
            for column, (label, colour, style, marker) in columns.items()
        ]
        against_percent_remaining(plot(ax, panel), cost.groupby("round")["percent_remaining"].first().tolist())
        ax.set(title=title, yscale="log")
        ax.set_ylim(bottom=ax.get_ylim()[0] / 12)  # room for the legend
        ax.legend(loc="lower left")
        lines += panel
    return Drawn.of(figure, lines)


FIGURE = Figure(
    experiments={"lenet": ("cost",)},
    caption=(
        "Cost of Lenet's winning tickets. Left: surviving connections, and those on a path from a pixel to an output; in a network of dense layers "
        "each surviving connection is one multiply-add an image (two floating-point operations). Right: bytes a ticket. Dense network: all weights "
        "and biases as float32. Seed and masks: the committed files that a ticket is read from, which hold all earlier tickets too, divided by the "
        "number of trials. One mask alone: the least that a random mask with as many survivors in each layer takes. Lines are means over trials, "
        "error bars minimum and maximum."
    ),
    finding="The paper counts weights only.",
    ours=(
        """
        {% set strong, least = cost("lenet", 7), least_connected("lenet") %}
        Of the surviving connections {{ strong.on_a_path }} lie on a path at P_m {{ strong.P_m }}, and never fewer than {{ least.on_a_path }} (P_m {{ least.P_m }}).
        """,
        """
        {% set strong = cost("lenet", 7) %}
        Seed and masks of all rounds down to P_m {{ strong.P_m }} take {{ strong.kibibytes }} a trial, {{ strong.of_dense }} of the dense network.
        """,
    ),
    draw=draw,
)
