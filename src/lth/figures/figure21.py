"""Figure 21: the incoming connections that units keep, Lenet trained with Adam."""

from lth.plots.ticket_structure import of_units

FIGURE = of_units(
    "lenet",
    "incoming",
    "Adam",
    finding=(
        "Each unit keeps about as large a share of its incoming connections as its layer does. The output layer, pruned at half the "
        "rate, keeps more."
    ),
)
