"""Beyond the paper: structure against values, every control of Lenet side by side."""

from lth.plots.arms import BARS, CUT, EARLY, TEST, Arm, compare, reinit, ticket
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.results.tables import Tables

CONTROLS = (
    Arm("lenet", "resampled", "resampled values", "purple", "-.", "v"),
    reinit(),
    Arm("lenet", "reshuffle", "reshuffled", "green", ":", "^"),
    Arm("lenet", "sparsity", "random sparsity", "red", ":", "D"),
)


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m."""
    return compare(tables, [ticket(), *CONTROLS], TEST)


FIGURE = Figure(
    experiments={"lenet": ("ticket", "resampled", "reinit", "reshuffle", "sparsity")},
    caption=(
        "What makes a winning ticket, its structure or its values, Lenet. The ticket's structure: with its values in place (winning ticket), drawn "
        "with replacement from them (resampled), or fresh (reinit). Its connections permuted within each layer: each with its own value "
        f"(reshuffle), or fresh (random sparsity). {BARS}; {CUT} {EARLY}"
    ),
    finding=(
        "The paper compares the ticket with reinit and random sparsity, and with resampled values. It finds that neither the structure alone nor "
        "the distribution of the values alone makes a winning ticket. It has no reshuffled tickets."
    ),
    ours=(
        """
        {% for arm, name in {"resampled": "resampled values", "reinit": "reinitialisations", "reshuffle": "reshuffled values", "sparsity": "random sparsity"}.items() %}
        {%- set tickets = lead("lenet", "accuracy", arm) %}
        {{- "Winning tickets are measurably more accurate " if loop.first }}
        {%- if tickets.ahead_from %}than {{ name }} from P_m {{ tickets.ahead_from }} to {{ tickets.last }}
        {%- else %}than {{ name }} {{ tickets.ahead|at }}{% endif %}
        {{- "." if loop.last else ", " }}
        {%- endfor %}
        """,
        """
        {% set ticket, resampled, reinit = networks("lenet", "ticket", 18), networks("lenet", "resampled", 18), networks("lenet", "reinit", 18) %}
        {% set reshuffle, sparsity = networks("lenet", "reshuffle", 18), networks("lenet", "sparsity", 18) %}
        {% set structure = reinit.accuracy.over(reshuffle.accuracy) %}
        {{ structure.say("Alone, the structure counts for more than the values", "Alone, the values count for more than the structure",
        "Alone, structure and values cannot be told apart") }}: at P_m {{ ticket.P_m }} the ticket has {{ ticket.accuracy }}, its structure with resampled
        values {{ resampled.accuracy }} and with fresh ones {{ reinit.accuracy }}; reshuffled values have {{ reshuffle.accuracy }} and random sparsity
        {{ sparsity.accuracy }}.
        """,
    ),
    draw=draw,
)
