"""Beyond the paper: ways to retrain what was pruned, Lenet."""

from lth.plots.arms import BARS, CUT, FINAL_TEST, Arm, compare
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.results.tables import Tables

WAYS = (
    Arm("lenet-rewind-weight", "ticket", "weight rewinding (winning tickets)", "blue"),
    Arm("lenet-rewind-rate", "retrained", "learning-rate rewinding", "orange", "--", "s"),
    Arm("lenet-fine-tuning", "retrained", "fine-tuning", "green", ":", "^"),
)
PANELS = FINAL_TEST | {"test accuracy at early stop": "es_test_accuracy"}


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m."""
    return compare(tables, WAYS, PANELS)


FIGURE = Figure(
    experiments={way.experiment: (way.arm,) for way in WAYS},
    caption=(
        "Three ways to retrain Lenet after each round of pruning, all as long as the first training, by Adam at a rate that is divided by 10 half way "
        "and at three quarters of it, with a fresh optimiser. Weight rewinding resets survivors to their initial values. Learning-rate rewinding trains "
        "them on from where they are, by the whole schedule again; fine-tuning at the rate that it ends with. The accuracy is the retrained network's own: "
        f"what it is worth, not what its mask is worth trained anew. {BARS}; {CUT}"
    ),
    finding=(
        "The paper resets, and trains what continued training prunes from its initial values again (Figure 9). Renda, Frankle and Carbin (2020) find "
        "rewinding of the rate at least as accurate as that of the weights, and both more accurate than fine-tuning, of networks of another kind."
    ),
    ours=(
        """
        {% for round in (3, 7, 12, 18) %}
        {%- set weights, rate = networks("lenet-rewind-weight", "ticket", round), networks("lenet-rewind-rate", "retrained", round) %}
        {%- set fine = networks("lenet-fine-tuning", "retrained", round) %}
        {{- "At the end of training, " if loop.first }}
        {{- "at P_m " ~ rate.P_m ~ ", learning-rate rewinding (" ~ rate.final ~ ") is " ~ rate.final.over(fine.final) ~ " than fine-tuning (" ~ fine.final ~ ") and " }}
        {{- rate.final.over(weights.final) ~ " than weight rewinding (" ~ weights.final ~ ")" }}
        {{- "." if loop.last else "; " }}
        {%- endfor %}
        """,
    ),
    draw=draw,
)
