"""Figure 24: the outgoing connections that units keep, Lenet trained with SGD."""

from lth.plots.ticket_structure import of_units

FIGURE = of_units(
    "lenet-sgd",
    "outgoing",
    "SGD at 0.8",
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
)
