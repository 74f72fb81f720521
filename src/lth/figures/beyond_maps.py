"""Beyond the paper: where in the image Lenet's winning tickets look."""

import pandas as pd

from lth.plots.figure import Figure
from lth.plots.histograms import reached, title
from lth.plots.lines import Drawn, grid
from lth.plots.style import MAP
from lth.results.tables import Tables

ROUNDS = (1, 4, 8, 12, 18)
"""P_m 80, 41.05, 16.88, 6.95 and 1.85."""


def draw(tables: Tables) -> Drawn:
    """A map per P_m; the numbers are a row per pixel."""
    table = tables.extra("lenet", "maps")
    rounds = reached(table, ROUNDS)
    figure, axes = grid(1, len(rounds), height=2.3)
    numbers = []
    for ax, round in zip(axes[0], rounds, strict=True):
        tickets = table[table["round"] == round]
        pixels = tickets.groupby(["row", "column"])["survivors"].agg(["mean", "min", "max", "count"]).reset_index()
        image = ax.imshow(
            pixels.pivot_table(index="row", columns="column", values="mean"), cmap=MAP, vmin=0, vmax=pixels["mean"].quantile(0.99)
        )
        ax.set(title=title(tickets), xticks=[], yticks=[])
        ax.grid(visible=False)
        figure.colorbar(image, ax=ax, location="bottom", shrink=0.9, pad=0.03, extend="max").ax.tick_params(labelsize=7)
        numbers.append(pixels.assign(percent_remaining=tickets["percent_remaining"].iloc[0]))
    figure.supxlabel("surviving connections of a pixel", fontsize=8.5)
    columns = {
        "percent_remaining": "percent_remaining",
        "row": "row",
        "column": "column",
        "mean": "mean",
        "min": "low",
        "max": "high",
        "count": "n",
    }
    return Drawn(figure, pd.concat(numbers)[list(columns)].rename(columns=columns))


FIGURE = Figure(
    experiments={"lenet": ("maps",)},
    caption=(
        "Connections of Lenet's first hidden layer that survive in the winning tickets, by the pixel they read: means over trials, each map on its "
        "own scale, from no connection to as many as 99% of the pixels have at most."
    ),
    finding="The paper has no such maps. It notes that pixels at the edge of MNIST's images, where digits never are, keep few of their outgoing connections.",
    ours=(
        """
        {% set edge, rim, middle = ring("lenet", 12, 0, 0), ring("lenet", 12, 2, 3), ring("lenet", 12, 8, 13) %}
        Pixels at the edge of the image keep {{ edge.over(middle).say("more connections than those in the middle", "fewer connections than those in the middle", "as many connections as those in the middle, as far as can be told") }}: at P_m {{ networks("lenet", "ticket", 12).P_m }} the outermost keep
        {{ edge }} connections each, those two and three further in {{ rim }}, those in the middle {{ middle }}.
        """,
        """
        {% if ring("lenet", 12, 2, 3).over(ring("lenet", 12, 8, 13)).ahead and ring("lenet", 12, 2, 3).over(ring("lenet", 12, 0, 0)).ahead %}
        What survives is densest not in the middle but along the rim of where digits are drawn.
        {% endif %}
        """,
    ),
    draw=draw,
)
