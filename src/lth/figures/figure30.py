"""Figure 30: Lenet's initial standard deviation."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.sweep import MEANS, draw_sweep
from lth.results.tables import Tables

VALUES = {
    "lenet-deviation-0.0125": "0.0125",
    "lenet-deviation-0.025": "0.025",
    "lenet-deviation-0.05": "0.05",
    "lenet-deviation-0.1": "0.1",
    "lenet-deviation-0.2": "0.2",
    "lenet-deviation-0.4": "0.4",
    "lenet": "Glorot",
}


def draw(tables: Tables) -> Drawn:
    """Two panels."""
    return draw_sweep(tables, VALUES, "initial standard deviation")


FIGURE = Figure(
    experiments=dict.fromkeys(VALUES, ("ticket",)),
    one_of=tuple(name for name in VALUES if name != "lenet"),
    caption=(
        "Winning tickets of Lenet from Gaussian initial weights of several standard deviations: "
        f"early-stopping iteration and validation accuracy there. {MEANS}"
    ),
    finding="Glorot's initialisation and small standard deviations find tickets alike; large standard deviations learn worse.",
    ours=(
        """
        {% set glorot = networks("lenet", "ticket", 4) %}
        At P_m {{ glorot.P_m }} tickets from Glorot's initialisation have {{ glorot.validation }} validation accuracy, those from deviations of
        {% for one in apart("lenet-deviation-", "validation", 4, "lenet").all %}
        {{- one.plan.network.deviation }} {{ one.validation }}{{ ", " if not loop.last }}
        {%- endfor %}.
        """,
        """
        Tickets from these deviations are measurably less accurate than Glorot's:
        {% for round in (4, 15, 18) %}
        {%- set found = apart("lenet-deviation-", "validation", round, "lenet") %}
        {{ found.behind|map(attribute="plan.network.deviation")|listed }} at P_m {{ found.P_m }}{{ "," if not loop.last }}
        {%- endfor %}; from these more accurate:
        {% for round in (4, 15, 18) %}
        {%- set found = apart("lenet-deviation-", "validation", round, "lenet") %}
        {{ found.ahead|map(attribute="plan.network.deviation")|listed }} at P_m {{ found.P_m }}{{ "," if not loop.last }}
        {%- endfor %}.
        """,
        """
        {% set found = apart("lenet-deviation-", "stop", 4, "lenet") %}
        At P_m {{ found.P_m }} they stop later with deviations of {{ found.behind|map(attribute="plan.network.deviation")|listed }}, and earlier with
        {{ found.ahead|map(attribute="plan.network.deviation")|listed }}.
        """,
    ),
    draw=draw,
)
