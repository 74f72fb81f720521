"""What a figure plots, as data first: lines of mean, minimum and maximum. The CSV beside a figure holds exactly these."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Line:
    """One line of one panel. points: columns x, mean, low (minimum), high (maximum), n (networks)."""

    panel: str
    label: str
    points: pd.DataFrame
    colour: str
    style: str = "-"
    marker: str = ""


@dataclass(frozen=True)
class Drawn:
    """A finished figure and the numbers in it; those of lines have the columns panel, line, x, mean, low, high, n."""

    figure: Figure
    numbers: pd.DataFrame

    @classmethod
    def of(cls, figure: Figure, lines: Sequence[Line]) -> "Drawn":
        """A figure of lines."""
        parts = [line.points.assign(panel=line.panel, line=line.label) for line in lines]
        return cls(figure, pd.concat(parts)[["panel", "line", "x", "mean", "low", "high", "n"]])


def summarise(rows: pd.DataFrame, x: str, y: str) -> pd.DataFrame:
    """Mean, minimum and maximum of `y` over the networks at each `x`."""
    groups = rows.groupby(x, sort=True)[y]
    return groups.agg(["mean", "min", "max", "count"]).set_axis(["mean", "low", "high", "n"], axis=1).reset_index(names="x")


def by_percent_remaining(rows: pd.DataFrame, y: str) -> pd.DataFrame:
    """The same against P_m, dense first. Networks of one round count as one P_m, that of their first trial."""
    percents = rows.groupby("round")["percent_remaining"].first()
    points = summarise(rows, "round", y)
    return points.assign(x=points["x"].map(percents))


def plot(ax: Axes, lines: Sequence[Line], *, every: int = 1) -> Axes:
    """Draws lines with min-max bars, one bar in `every` points."""
    for line in lines:
        points = line.points
        bars = np.vstack([points["mean"] - points["low"], points["high"] - points["mean"]])
        ax.errorbar(
            points["x"],
            points["mean"],
            yerr=bars,
            errorevery=every,
            label=line.label,
            color=line.colour,
            linestyle=line.style,
            marker=line.marker,
        )
    return ax


def against_percent_remaining(ax: Axes, percents: Sequence[float]) -> Axes:
    """P_m on a log axis that falls to the right, with ticks at the rounds' P_m (every third where there are many)."""
    shown = sorted(percents, reverse=True)[:: 1 if len(percents) <= 9 else 3]
    ax.set_xscale("log")
    ax.set_xticks(shown, ["100" if percent == 100 else f"{percent:.1f}" for percent in shown])
    ax.minorticks_off()
    ax.set_xlim(max(percents) * 1.12, min(percents) / 1.12)
    ax.set_xlabel("weights remaining $P_m$ (%)")
    return ax


def cut_below(ax: Axes, lines: Sequence[Line]) -> Axes:
    """Cuts the y axis below where few points lie, so that a few collapsed networks do not flatten all others."""
    means = pd.concat([line.points["mean"] for line in lines])
    top, best = max(line.points["high"].max() for line in lines), means.max()
    bottom = max(min(line.points["low"].min() for line in lines), best - max(10 * (best - means.median()), 0.01))
    margin = 0.04 * (top - bottom)
    ax.set_ylim(bottom - margin, top + margin)
    return ax


def grid(rows: int, columns: int, *, height: float, share_y: bool = False) -> tuple[Figure, np.ndarray]:
    """A figure of a paper's text width with rows x columns axes."""
    figure = Figure(figsize=(6.75, height), layout="constrained")
    return figure, figure.subplots(rows, columns, sharey=share_y, squeeze=False)
