"""Figure 16: the initial values of the weights that survive, Lenet trained with SGD."""

from lth.plots.ticket_structure import of_values

FIGURE = of_values(
    "lenet-sgd",
    "SGD at 0.8",
    finding=(
        "Trained with SGD, the survivors become bimodal in all three layers, with unequal peaks on both sides of zero: weights that "
        "begin large are more likely to survive."
    ),
    ours=(
        """
        {% set first = initial("lenet-sgd", "fc1", 4) %}
        {% if first.peak > 0.5 %}
        The spikes of the first hidden layer at P_m {{ first.P_m }} are weights of pixels that are black in every image: without a gradient they stay at
        their initial values, and pruning takes the smallest first. The spikes stand where it has got to.
        {% endif %}
        """,
    ),
)
