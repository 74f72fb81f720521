"""Figure 23: the outgoing connections that units keep, Lenet trained with Adam."""

from lth.plots.ticket_structure import of_units

FIGURE = of_units(
    "lenet",
    "outgoing",
    "Adam",
    finding=(
        "Outgoing connections are far less even: some units keep many more than others. Pixels form two groups, and those at the edge "
        "of the image, where digits never are, lose most."
    ),
    ours=(
        """
        {% set pixels, first = units("lenet", "outgoing", "fc1", 12), units("lenet", "outgoing", "fc2", 12) %}
        At P_m {{ pixels.P_m }}, {{ pixels.bare }} of the pixels and {{ first.bare }} of the first hidden layer's units keep less than {{ pixels.few }} of their
        outgoing connections.
        """,
    ),
)
