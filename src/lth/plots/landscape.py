"""The loss, or another measure, around trained networks: the same axes, levels and colours for all that are compared."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet
from matplotlib.ticker import LogFormatterMathtext

from lth.plots.style import MAP

NETWORKS = {"dense": "dense network", "ticket": "winning ticket, in its subspace", "ticket in full": "winning ticket, in full space"}
"""What is looked around, and what stands above its panel."""
FLOOR = 1e-6
"""What lies below is drawn as it: deeper losses would take all colours."""
AXES = (
    "Axes count the norm of each unit's incoming weights, by which directions are scaled (Li et al., arXiv 1712.09913); losses below "
    f"{FLOOR:g} are drawn as that"
)


def surface(points: pd.DataFrame, measure: str = "loss") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x [n], y [m] and a measure [m, n] of a grid's points."""
    table = points.pivot_table(index="y", columns="x", values=measure)
    return table.columns.to_numpy(), table.index.to_numpy(), table.to_numpy().clip(FLOOR)


def levels(values: pd.Series) -> np.ndarray:
    """Two levels a decade, from below the lowest value to above the highest: the same for all whose values these are."""
    lowest, highest = 2 * np.log10([max(values.min(), FLOOR), max(values.max(), FLOOR)])
    return 10 ** (np.arange(np.floor(lowest), max(np.ceil(highest), np.floor(lowest) + 1) + 1) / 2)


def contours(ax: Axes, points: pd.DataFrame, at: np.ndarray, measure: str = "loss") -> QuadContourSet:
    """Filled contours of a measure over a grid at these levels."""
    x, y, values = surface(points, measure)
    return ax.contourf(x, y, values.clip(at[0], at[-1]), levels=at, norm="log", cmap=MAP)


def colour_bar(filled: QuadContourSet, label: str, **where) -> None:
    """The bar that says what the colours of contours mean, a tick a decade."""
    ticks = [level for level in filled.levels if np.isclose(np.log10(level) % 1, 0)]
    bar = filled.figure.colorbar(filled, ticks=ticks, format=LogFormatterMathtext(), **where)
    bar.minorticks_off()
    bar.set_label(label)
