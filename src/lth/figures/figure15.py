"""Figure 15: the initial values of the weights that survive, Lenet trained with Adam."""

from lth.plots.ticket_structure import of_values

FIGURE = of_values(
    "lenet",
    "Adam",
    finding=(
        "As the network is pruned, the first hidden layer's survivors keep the shape of the initial distribution. In the second hidden "
        "layer and the output layer small initial values go first: the densities become bimodal, with unequal peaks on both sides of "
        "zero."
    ),
)
