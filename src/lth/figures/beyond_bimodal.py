"""Beyond the paper: the initial values of Lenet's surviving weights, without the mask that chose them."""

import pandas as pd

from lth.plots.arms import BARS, CUT, EARLY, TEST, limit
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, Line, against_percent_remaining, by_percent_remaining, draw_legend, grid, label_column, plot
from lth.plots.style import COLOURS, INK
from lth.results.tables import Tables
from lth.sentences import given

GLOROT = {"dense": "ticket", "random": "sparsity", "ticket": "reinit"}
"""The arms with Glorot values, by structure: of dense networks those of round 0, which take nothing from a ticket."""
STRUCTURES = {"dense": "dense network", "random": "random mask", "ticket": "the ticket's mask"}
VALUES = {
    "glorot": ("Glorot values", "grey", "-", "o"),
    "gaussian": ("Gaussian, survivors' deviation", "orange", "--", "s"),
    "drawn": ("drawn from survivors' values", "blue", "-", "v"),
    "rescaled": ("the same at Glorot's deviation", "green", ":", "^"),
    "signs": ("± survivors' deviation", "red", "-.", "D"),
}
ARMS = tuple(f"{values}-{structure}" for values in VALUES if values != "glorot" for structure in STRUCTURES)
HELP = """
    {% set glorot, gaussian = lead("lenet-values", "accuracy", over, "drawn-" ~ on), lead("lenet-values", "accuracy", "gaussian-" ~ on, "drawn-" ~ on) %}
    {% set stop, drawn = lead("lenet-values", "stop", over, "drawn-" ~ on), networks("lenet-values", "drawn-" ~ on, 12) %}
    {{ where }} values drawn from the survivors' are measurably more accurate at early stop than Glorot values {{ glorot.ahead|at }} and less accurate
    {{ glorot.behind|at }}, than Gaussian values of the same deviation more {{ gaussian.ahead|at }} and less {{ gaussian.behind|at }}; they stop
    earlier than Glorot values {{ stop.ahead|at }} and later {{ stop.behind|at }}. With those of P_m {{ drawn.P_m }} they have {{ drawn.accuracy }},
    {{ glorot.by_round[drawn.P_m].signed }} against Glorot values.
"""


def draw(tables: Tables) -> Drawn:
    """A column per structure; early stop above test accuracy."""
    rows = tables.rows("lenet-values")
    figure, axes = grid(len(TEST), len(STRUCTURES), height=5)
    lines = []
    for (panel, column), line_of_axes in zip(TEST.items(), axes, strict=True):
        for ax, (structure, title) in zip(line_of_axes, STRUCTURES.items(), strict=True):
            networks = {kind: networks_of(rows, kind, structure) for kind in VALUES}
            drawn = [
                Line(f"{title}: {panel}", label, by_percent_remaining(networks[kind], column), COLOURS[colour], style, marker)
                for kind, (label, colour, style, marker) in VALUES.items()
            ]
            if structure == "ticket":
                networks["own"] = rows[(rows["arm"] == "ticket") & (rows["round"] > 0)]
                points = by_percent_remaining(networks["own"], column)
                drawn.append(Line(f"{title}: {panel}", "winning ticket", points, INK, "-", "o", reference=True))
            against_percent_remaining(plot(ax, drawn, faint=True), drawn[0].points["x"].tolist())
            limit(ax, drawn, list(networks.values()), column)
            label_column(ax, panel, column).set(title=title)
            lines += drawn
        for ax in line_of_axes[1:]:
            ax.set_ylabel("")
    draw_legend(figure, axes[0, -1], 3)
    return Drawn.of(figure, lines)


def networks_of(rows: pd.DataFrame, kind: str, structure: str) -> pd.DataFrame:
    """The networks with values of a kind on a structure. Dense networks with Glorot values stand at every round."""
    if (kind, structure) != ("glorot", "dense"):
        return rows[(rows["arm"] == (GLOROT[structure] if kind == "glorot" else f"{kind}-{structure}")) & (rows["round"] > 0)]
    dense, percents = rows[rows["round"] == 0], rows[rows["round"] > 0].groupby("round")["percent_remaining"].first()
    return pd.concat([dense.assign(round=round, percent_remaining=percent) for round, percent in percents.items()])


FIGURE = Figure(
    experiments={"lenet-values": ("ticket", "sparsity", "reinit", *ARMS)},
    caption=(
        "Do the initial values of the weights that survive help without the mask? Lenet with values by those of the survivors in the same layer of "
        "the winning ticket of each P_m: drawn from them with replacement; drawn so and brought to the standard deviation of Glorot values; "
        "Gaussian with their standard deviation; plus or minus it. Left: dense networks, P_m being that of the ticket whose values they have; Glorot "
        "values have none, and are the same at each P_m. Middle: random masks with as many connections in each layer. Right: the tickets' "
        f"masks. {BARS}; {CUT} {EARLY}"
    ),
    finding=(
        "The paper shows that survivors' initial values are bimodal and larger than the others (Figures 15 and 16), and that drawing a ticket's "
        "values anew from them does little (Figure 17). It tries neither on another structure."
    ),
    ours=tuple(
        given(HELP, on=structure, where=where, over="dense" if structure == "dense" else GLOROT[structure])
        for structure, where in {"dense": "On dense networks", "random": "On random masks", "ticket": "On the tickets' own masks"}.items()
    ),
    draw=draw,
)
