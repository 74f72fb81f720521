"""Figure 25: Gaussian noise added to Lenet's winning tickets."""

from lth.plots.arms import BARS, CUT, EARLY, TEST, Arm, compare, reinit, ticket
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.results.tables import Tables

SIGMAS = {"0.5": ("sky", "-.", "^"), "1": ("green", ":", "v"), "2": ("purple", "-.", "D"), "3": ("red", ":", "x")}


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m."""
    noisy = [Arm("lenet", f"noise-{sigma}", f"ticket + {sigma}σ noise", *style) for sigma, style in SIGMAS.items()]
    return compare(tables, [ticket(), *noisy, reinit()], TEST)


FIGURE = Figure(
    experiments={"lenet": ("ticket", "reinit", *(f"noise-{sigma}" for sigma in SIGMAS))},
    caption=(
        "Lenet's winning tickets with Gaussian noise added to their initial weights, of 0.5, 1, 2 and 3 standard deviations of the layer's "
        f"initialisation, against the tickets themselves and random reinitialisations. {BARS}; {CUT} {EARLY}"
    ),
    finding="Half a standard deviation of noise barely hurts, and with three the networks still do better than reinitialised ones.",
    draw=draw,
)
