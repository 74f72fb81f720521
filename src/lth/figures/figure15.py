"""Figure 15: the initial values of the weights that survive, Lenet trained with Adam."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import VALUES_CAPTION, values
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel per P_m, a line per layer."""
    return values(tables.extra("lenet", "structure"))


FIGURE = Figure(
    experiments={"lenet": ("structure",)},
    caption=VALUES_CAPTION.format("Adam"),
    finding=(
        "As the network is pruned, the first hidden layer's survivors keep the shape of the initial distribution. In the second hidden "
        "layer and the output layer small initial values go first: the densities become bimodal, with unequal peaks on both sides of "
        "zero."
    ),
    ours=(
        """
        {% set output, second, first = initial("lenet", "output", 12), initial("lenet", "fc2", 12), initial("lenet", "fc1", 12) %}
        At P_m {{ output.P_m }} values nearer zero than half a standard deviation make up {{ output.small }} of the output layer's survivors,
        {{ second.small }} of the second hidden layer's and {{ first.small }} of the first's; of all their weights they are {{ output.small_of_all }},
        {{ second.small_of_all }} and {{ first.small_of_all }}.
        """,
        """
        {% set output, second = initial("lenet", "output", 12), initial("lenet", "fc2", 12) %}
        Negative values are {{ output.negative }} of what survives in the output layer and {{ second.negative }} in the second hidden layer.
        """,
    ),
    draw=draw,
)
