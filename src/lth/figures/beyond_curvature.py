"""Beyond the paper: how sharply the loss bends where networks end, and how fast it rises from there."""

import numpy as np
import pandas as pd

from lth.plots.copies import ARMS, percents, plain
from lth.plots.figure import Figure
from lth.plots.landscape import NETWORKS
from lth.plots.lines import Drawn, Line, against_percent_remaining, by_percent_remaining, draw_legend, grid, label_y, plot, summarise
from lth.plots.style import COLOURS
from lth.results.tables import Tables

LARGEST, AWAY = "largest eigenvalue\nof the Hessian", "training loss"
LOOKS = {"dense": ("grey", "-"), "ticket": ("blue", "-"), "ticket in full": ("sky", "--")}


def draw(tables: Tables) -> Drawn:
    """The largest eigenvalue against P_m; the loss along random directions."""
    curvature = tables.extra("lenet-copies", "curvature").query("place == 0")
    figure, axes = grid(1, 2, height=3)
    eigenvalues = [
        Line(LARGEST, name, _geometric(mine), COLOURS[colour], style, marker)
        for arm, (name, colour, style, marker) in ARMS.items()
        if not (mine := curvature[curvature["arm"] == arm]).empty
    ]
    bent, away = axes[0]
    label_y(against_percent_remaining(plot(bent, eigenvalues), percents(curvature)), LARGEST)
    bent.set_yscale("log")
    plain(bent)
    bent.legend(fontsize=7)
    points = tables.extra("lenet-copies", "landscape").query("y == 0")
    profiles = [
        Line(AWAY, title, summarise(points[points["network"] == network], "x", "loss"), COLOURS[colour], style)
        for network, title in NETWORKS.items()
        for colour, style in [LOOKS[network]]
    ]
    plot(away, profiles, every=5)
    away.set(xlabel="distance along a direction", yscale="log")
    label_y(away, AWAY)
    draw_legend(figure, away, 3)
    return Drawn.of(figure, [*eigenvalues, *profiles])


def _geometric(rows: pd.DataFrame) -> pd.DataFrame:
    """Eigenvalues against P_m, whose means are geometric: one trial in a spike of its loss would rule the others."""
    points = by_percent_remaining(rows.assign(log=np.log10(rows["eigenvalue"])), "log")
    return points.assign(**{name: 10 ** points[name] for name in ("mean", "low", "high")})


FIGURE = Figure(
    experiments={"lenet-copies": ("landscape", "curvature")},
    caption=(
        "How sharply the loss bends where Lenet's networks end. Left: the largest eigenvalue of the Hessian of the training loss over surviving weights and biases, where Lenet's dense networks, winning tickets "
        "and reinitialised tickets end, by Lanczos' method; geometric means over trials, bars minimum and maximum. It follows the loss of the last iteration, which rises and falls in spikes under Adam. Right: the training loss along random directions "
        "from the dense network and from the ticket of P_m 21.1, in its subspace and with pruned weights brought back, by how far each unit's weights have moved "
        "of their own length: arithmetic means over trials and three directions each, bars minimum and maximum. The first 10,000 training images."
    ),
    finding="The paper does not measure how sharp minima are.",
    ours=(
        """
        {% set dense, ticket, reinit = sharpness("lenet-copies", "dense", 0), sharpness("lenet-copies", "ticket", 7), sharpness("lenet-copies", "reinit", 7) %}
        At the end itself, the largest eigenvalue is {{ dense.largest }} where dense networks end (training loss {{ dense.loss }}), {{ ticket.largest }} where tickets of P_m
        {{ ticket.P_m }} end ({{ ticket.loss }}) and {{ reinit.largest }} where their reinitialisations end ({{ reinit.loss }}; geometric means): that of tickets
        is {{ ticket.largest.over(dense.largest) }} than that of dense networks and {{ ticket.largest.over(reinit.largest) }} than that of
        reinitialisations; their loss is {{ ticket.loss.over(dense.loss) }} than the former's and {{ ticket.loss.over(reinit.loss) }} than the latter's.
        """,
    ),
    draw=draw,
)
