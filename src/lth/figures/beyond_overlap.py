"""Beyond the paper: how alike the tickets of different trials are, against chance."""

import numpy as np

from lth.plots.figure import Figure
from lth.plots.histograms import LAYERS
from lth.plots.lines import Drawn, Line, against_percent_remaining, by_percent_remaining, draw_legend, grid
from lth.plots.style import COLOURS
from lth.results.tables import Tables

MEASURES = {
    "jaccard": ("two trials' tickets", "blue", "none", "o"),
    "chance": ("chance, by layer", "grey", "-", ""),
    "chance_by_input": ("chance, by input", "orange", "--", ""),
}
TICKS = 5


def draw(tables: Tables) -> Drawn:
    """A panel per layer, against P_m on logarithmic axes."""
    overlap = tables.extra("lenet", "overlap")
    figure, axes = grid(1, len(LAYERS), height=2.8, share_y=True)
    lines = []
    for ax, (layer, (title, _)) in zip(axes[0], LAYERS.items(), strict=True):
        rows = overlap[overlap["layer"] == layer]
        for column, (label, colour, style, marker) in MEASURES.items():
            line = Line(title, label, by_percent_remaining(rows, column), COLOURS[colour], style, marker)
            points = line.points
            bars = [points["mean"] - points["low"], points["high"] - points["mean"]] if marker else None
            ax.errorbar(points["x"], points["mean"], bars, label=label, color=line.colour, linestyle=style, marker=marker)
            lines.append(line)
        percents = rows.groupby("round")["percent_remaining"].first()
        against_percent_remaining(ax, percents.iloc[np.linspace(0, len(percents) - 1, TICKS).astype(int)].tolist())
        ax.set(title=title, yscale="log")
    axes[0, 0].set_ylabel("overlap (Jaccard)")
    draw_legend(figure, axes[0, 0], 3)
    return Drawn.of(figure, lines)


FIGURE = Figure(
    experiments={"lenet": ("overlap",)},
    caption=(
        "Overlap of the winning tickets of every two trials of Lenet, layer by layer: connections that survive in both, as a share of those that "
        "survive in either (Jaccard). Beside it what chance gives: random masks with as many connections in the layer, and random masks "
        "with as many from each of the layer's inputs. Lines are means over pairs of trials, bars minimum and maximum."
    ),
    finding="The paper does not compare the masks of different trials.",
    ours=(
        """
        {% set first = overlap("lenet", "fc1", 15) %}
        In the first hidden layer masks of two trials overlap {{ first.over_chance }} times as much as random ones of their size at P_m {{ first.P_m }}, and
        {{ first.over_inputs }} times as much as random ones that read each pixel as often
        {%- if first.over_chance > 1.2 and first.over_inputs < 1.05 %}: trials agree on pixels, not on connections{% endif %}.
        """,
        """
        {% set second, later = overlap("lenet", "fc2", 15), overlap("lenet", "fc2", 18) %}
        {% set output, output_later = overlap("lenet", "output", 15), overlap("lenet", "output", 18) %}
        In the second hidden layer they overlap {{ second.over_chance }} times as much as chance there and {{ later.over_chance }} times at P_m {{ later.P_m }}, in
        the output layer {{ output.over_chance }} and {{ output_later.over_chance }} times.
        """,
    ),
    draw=draw,
)
