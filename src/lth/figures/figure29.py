"""Figure 29: Lenet's pruning rate."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.sweep import MEANS, draw_sweep
from lth.results.tables import Tables

VALUES = {
    "lenet-rate-0.1": "0.1",
    "lenet": "0.2",
    "lenet-rate-0.4": "0.4",
    "lenet-rate-0.6": "0.6",
    "lenet-rate-0.8": "0.8",
}


def draw(tables: Tables) -> Drawn:
    """Two panels."""
    return draw_sweep(tables, VALUES, "pruned a round")


FIGURE = Figure(
    experiments=dict.fromkeys(VALUES, ("ticket",)),
    one_of=tuple(name for name in VALUES if name != "lenet"),
    caption=f"Winning tickets of Lenet pruned by several rates a round: early-stopping iteration and validation accuracy there. {MEANS}",
    finding="The slower the pruning, the smaller the tickets that still learn well; 0.2 a round is the compromise that the paper takes.",
    ours=(
        """
        {% set usual = networks("lenet", "ticket", 16) %}
        Near P_m {{ usual.P_m }} tickets pruned by {{ usual.plan.pruning.fc }} a round stop at iteration {{ usual.stop }} with {{ usual.validation }}
        validation accuracy
        {%- for name in ("lenet-rate-0.1", "lenet-rate-0.4", "lenet-rate-0.6") if name in tables %}
        {%- set other = nearest(name, usual.P_m) %};
        by {{ other.plan.pruning.fc }} (P_m {{ other.P_m }}) they stop {{ other.stop.over(usual.stop) }} ({{ other.stop }}) and are {{ other.validation.over(usual.validation) }} ({{ other.validation }})
        {%- endfor %}.
        """,
        """
        {% set usual = networks("lenet", "ticket", 21) %}
        Near P_m {{ usual.P_m }} tickets pruned by {{ usual.plan.pruning.fc }} a round stop at iteration {{ usual.stop }} with {{ usual.validation }}
        validation accuracy
        {%- for name in ("lenet-rate-0.8",) if name in tables %}
        {%- set other = nearest(name, usual.P_m) %};
        by {{ other.plan.pruning.fc }} (P_m {{ other.P_m }}) they stop {{ other.stop.over(usual.stop) }} ({{ other.stop }}) and are {{ other.validation.over(usual.validation) }} ({{ other.validation }})
        {%- endfor %}.
        """,
    ),
    draw=draw,
)
