"""Figure 24: the outgoing connections that units keep, Lenet trained with SGD."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import TENTHS, UNITS_CAPTION, units
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel per P_m, a line per layer."""
    return units(tables.extra("lenet-sgd", "structure"), "outgoing")


FIGURE = Figure(
    experiments={"lenet-sgd": ("structure",)},
    caption=UNITS_CAPTION.format("outgoing", "SGD at 0.8") + TENTHS,
    finding="With SGD too some units keep far more outgoing connections than others, but the input pixels less unevenly than with Adam.",
    ours=(
        """
        {% set pixels, adam = units("lenet-sgd", "outgoing", "fc1", 12), units("lenet", "outgoing", "fc1", 12) %}
        At P_m {{ pixels.P_m }}, {{ pixels.bare }} of the pixels keep less than {{ pixels.few }} of their outgoing connections, with Adam {{ adam.bare }}.
        """,
        """
        {% set mild, mild_adam = units("lenet-sgd", "outgoing", "fc1", 4), units("lenet", "outgoing", "fc1", 4) %}
        {% set strong, strong_adam = units("lenet-sgd", "outgoing", "fc1", 12), units("lenet", "outgoing", "fc1", 12) %}
        What pixels keep is {{ mild.spread.over(mild_adam.spread) }} spread than with Adam at P_m {{ mild.P_m }}, and
        {{ strong.spread.over(strong_adam.spread) }} at P_m {{ strong.P_m }}.
        """,
    ),
    draw=draw,
)
