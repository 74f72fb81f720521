"""Figure 16: the initial values of the weights that survive, Lenet trained with SGD."""

from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.ticket_structure import VALUES_CAPTION, values
from lth.results.tables import Tables


def draw(tables: Tables) -> Drawn:
    """A panel per P_m, a line per layer."""
    return values(tables.extra("lenet-sgd", "structure"))


FIGURE = Figure(
    experiments={"lenet-sgd": ("structure",)},
    caption=VALUES_CAPTION.format("SGD at 0.8"),
    finding=(
        "Trained with SGD, the survivors become bimodal in all three layers, with unequal peaks on both sides of zero: weights that "
        "begin large are more likely to survive."
    ),
    ours=(
        """
        {% set output, second, first = initial("lenet-sgd", "output", 12), initial("lenet-sgd", "fc2", 12), initial("lenet-sgd", "fc1", 12) %}
        At P_m {{ output.P_m }} values nearer zero than half a standard deviation make up {{ output.small }} of the output layer's survivors,
        {{ second.small }} of the second hidden layer's and {{ first.small }} of the first's; of all their weights they are {{ output.small_of_all }},
        {{ second.small_of_all }} and {{ first.small_of_all }}.
        """,
        """
        {% set output, second = initial("lenet-sgd", "output", 12), initial("lenet-sgd", "fc2", 12) %}
        Negative values are {{ output.negative }} of what survives in the output layer and {{ second.negative }} in the second hidden layer.
        """,
        """
        {% set first = initial("lenet-sgd", "fc1", 4) %}
        {% if first.peak > 0.5 %}
        The spikes of the first hidden layer at P_m {{ first.P_m }} are weights of pixels that are black in every image: without a gradient they stay at
        their initial values, and pruning takes the smallest first. The spikes stand where it has got to.
        {% endif %}
        """,
    ),
    draw=draw,
)
