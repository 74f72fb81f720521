"""Histograms as lines, the mean over trials in a band from minimum to maximum: Figures 15, 16 and 19 to 24."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lth.plots.lines import Drawn, Line, draw_legend, grid, summarise
from lth.plots.style import COLOURS

LAYERS = {"fc1": ("first hidden layer", "blue"), "fc2": ("second hidden layer", "orange"), "output": ("output layer", "green")}
"""Lenet's layers, and their lines."""
BAND = "Lines are means over trials, bands minimum and maximum of any trial."


def reached(table: pd.DataFrame, rounds: Sequence[int]) -> list[int]:
    """These rounds; for those beyond the last one of an experiment, its last."""
    return sorted({min(round, int(table["round"].max())) for round in rounds})


def title(table: pd.DataFrame) -> str:
    """The P_m that a panel shows."""
    return f"$P_m$ {round(table['percent_remaining'].iloc[0], 2):g}%"


def density(panel: str, label: str, bins: pd.DataFrame, colour: str) -> Line:
    """A histogram of each trial, its area 1, as one line. bins: columns trial, low, high, count."""
    shares = _shares(bins) / (bins["high"] - bins["low"])
    return Line(panel, label, _points(bins, shares), COLOURS[colour])


def share(panel: str, label: str, bins: pd.DataFrame, colour: str) -> Line:
    """A histogram of each trial, its sum 1, as one line."""
    return Line(panel, label, _points(bins, _shares(bins)), COLOURS[colour])


def draw_panels(panels: Mapping[str, Sequence[Line]], *, x: str, y: str, steps: bool = False, share_y: bool = True) -> Drawn:
    """One panel beside the other, each with its own lines by its title, on one x axis; share_y: and on one y axis."""
    figure, axes = grid(1, len(panels), height=2.6, share_x=True, share_y=share_y)
    for ax, (name, lines) in zip(axes[0], panels.items(), strict=True):
        draw_histograms(ax, lines, steps=steps).set(title=name, xlabel=x)
    everything = [line for lines in panels.values() for line in lines]
    ends = [_ends(line.points) for line in everything]
    axes[0, 0].set_xlim(min(first for first, _ in ends), max(last for _, last in ends))
    axes[0, 0].set_ylabel(y)
    for ax in axes[0]:
        ax.set_ylim(bottom=0)
    draw_legend(figure, axes[0, 0], 3)
    return Drawn.of(figure, everything)


def draw_histograms(ax: Axes, lines: Sequence[Line], *, steps: bool = False) -> Axes:
    """Each line with its band; steps: drawn bin by bin, where there are few."""
    for line in lines:
        x, mean, low, high = (line.points[column].to_numpy() for column in ("x", "mean", "low", "high"))
        if steps:
            half = (x[1] - x[0]) / 2
            edges = np.append(x - half, x[-1] + half)
            ax.stairs(high, edges, baseline=low, color=line.colour, alpha=0.25, linewidth=0, fill=True)
            ax.stairs(mean, edges, label=line.label, color=line.colour)
        else:
            ax.fill_between(x, low, high, color=line.colour, alpha=0.25, linewidth=0)
            ax.plot(x, mean, label=line.label, color=line.colour)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    return ax


def _ends(points: pd.DataFrame, beyond: float = 0.001) -> tuple[float, float]:
    """The edges between which a histogram lies, but for a small share beyond either."""
    below = points["mean"].cumsum() / points["mean"].sum()
    inside = points["x"][(below > beyond) & (below.shift(fill_value=0) < 1 - beyond)]
    half = (points["x"].iloc[1] - points["x"].iloc[0]) / 2
    return inside.iloc[0] - half, inside.iloc[-1] + half


def _shares(bins: pd.DataFrame) -> pd.Series:
    return bins["count"] / bins.groupby("trial")["count"].transform("sum")


def _points(bins: pd.DataFrame, y: pd.Series) -> pd.DataFrame:
    return summarise(bins.assign(x=(bins["low"] + bins["high"]) / 2, y=y), "x", "y")
