"""Beyond the paper: what Lenet's winning tickets cost to run and to keep."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn, Line, against_percent_remaining, by_percent_remaining, grid, label_y, plot
from lth.plots.style import COLOURS
from lth.results.tables import Tables

SHARE = "share of surviving connections on a path"
BYTES = {
    "dense_bytes": ("dense network", "grey", "-", ""),
    "ticket_bytes": ("seed and masks of all rounds so far", "blue", "-", "o"),
    "least_bytes": ("one mask alone", "orange", "--", "s"),
}


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m: what is on a path, and bytes on a logarithmic axis."""
    cost = tables.extra("lenet", "cost").query("round > 0")
    cost = cost.assign(share=cost["connected"] / cost["connections"])
    percents = cost.groupby("round")["percent_remaining"].first().tolist()
    figure, axes = grid(1, 2, height=2.7)
    lines = [Line(SHARE, "winning ticket", by_percent_remaining(cost, "share"), COLOURS["blue"], "-", "o")]
    lines += [
        Line("bytes", label, by_percent_remaining(cost, column), COLOURS[colour], style, marker)
        for column, (label, colour, style, marker) in BYTES.items()
    ]
    for ax, panel in zip(axes[0], (SHARE, "bytes"), strict=True):
        against_percent_remaining(plot(ax, [line for line in lines if line.panel == panel]), percents)
        label_y(ax, panel)
    share, size = axes[0]
    share.set_ylim(top=1.002)
    size.set_yscale("log")
    size.set_ylim(bottom=size.get_ylim()[0] / 12)  # room for the legend
    size.legend(loc="lower left")
    return Drawn.of(figure, lines)


FIGURE = Figure(
    experiments={"lenet": ("cost",)},
    caption=(
        "Cost of Lenet's winning tickets. Left: of the surviving connections, each one multiply-add an image (two floating-point operations) in a "
        "network of dense layers, the share that lies on a path from a pixel to an output; the others can be left out. Right: bytes per ticket. Dense network: all weights "
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
