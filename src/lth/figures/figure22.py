"""Figure 22: the incoming connections that units keep, Lenet trained with SGD."""

from lth.plots.ticket_structure import of_units

FIGURE = of_units(
    "lenet-sgd",
    "incoming",
    "SGD at 0.8",
    finding="With SGD as with Adam, each unit keeps about as large a share of its incoming connections as its layer does.",
)
