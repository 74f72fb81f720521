"""Beyond the paper: up to which learning rate Lenet's tickets are ahead of their reinitialisations."""

import numpy as np
import pandas as pd

from lth.claims.lost import SWEEPS, TRAINS, leads
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, grid
from lth.plots.style import COLOURS, INK
from lth.results.tables import Tables

TITLES = dict(zip(SWEEPS, ("Adam", "SGD", "momentum 0.9"), strict=True))
COLUMNS = ["optimiser", "learning_rate", "lead", "low", "high", "dense", "n"]


def draw(tables: Tables) -> Drawn:
    """A panel per optimiser, against the learning rate on a logarithmic axis."""
    there = [name for name in SWEEPS if name in tables]
    figure, axes = grid(1, len(there), height=2.7, share_y=True)
    numbers = []
    for ax, name in zip(axes[0], there, strict=True):
        found = leads(tables, name)
        trains = found["dense"] >= TRAINS
        for part, face in ((found[trains], COLOURS["blue"]), (found[~trains], "white")):
            bars = np.abs(part[["low", "high"]].to_numpy().T - part["lead"].to_numpy())
            ax.errorbar(part["learning_rate"], part["lead"], bars, color=COLOURS["blue"], linestyle="", marker="o", markerfacecolor=face)
        ax.axhline(0, color=INK, linewidth=0.8)
        ax.set(xscale="log", title=TITLES[name], xlabel="learning rate")
        numbers.append(found.assign(optimiser=TITLES[name]))
    axes[0, 0].set_ylabel("ticket's lead over reinit\n(points of validation accuracy)")
    return Drawn(figure, pd.concat(numbers)[COLUMNS])


FIGURE = Figure(
    experiments=dict.fromkeys(SWEEPS, ("ticket", "reinit")),
    few_rounds=True,
    caption=(
        "How far Lenet's winning ticket of P_m 21.1 is ahead of its random reinitialisation, by learning rate: validation accuracy at early stop, "
        "mean over trials, of three reinitialisations each, and 95% interval of the paired difference by Student's t. The rates of Figures 26 to 28 that "
        "are above the paper's, for momentum above 0.1. Hollow: a dense network has less than 95% validation accuracy there and hardly trains."
    ),
    finding="The paper's Figures 26 to 28 show tickets at these rates, without their reinitialisations.",
    ours=(
        """
        {% set ticket = lost_ticket() %}
        {% if ticket %}
        Going up from the paper's rate, Adam before SGD before momentum, the first at which the ticket of P_m {{ ticket.P_m }} is not measurably ahead of
        its reinitialisations, while dense networks train, is {{ "{:g}".format(ticket.optimiser.learning_rate) }} ({{ ticket.optimiser.name }}).
        {% else %}
        At every rate above the paper's at which dense networks train, the ticket is measurably ahead of its reinitialisations: late rewinding is nowhere
        needed.
        {% endif %}
        """,
    ),
    draw=draw,
)
