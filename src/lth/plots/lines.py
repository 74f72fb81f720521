"""What a figure plots, as data first: lines of mean, minimum and maximum. The CSV beside a figure holds exactly these."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

PERCENT, WEIGHTS = "percent_remaining", "weights_remaining"
"""The columns of what remains."""
COMPARED = ("21.1", "3.6")
"""P_m that the paper names where it compares Lenet's networks, as ticks are written."""
LABEL = 25
"""Letters on a line of a y axis' label: as many as the lowest panel has room for."""


@dataclass(frozen=True)
class Line:
    """One line of one panel. points: columns x, mean, low (minimum), high (maximum), n (networks)."""

    panel: str
    label: str
    points: pd.DataFrame
    colour: str
    style: str = "-"
    marker: str = ""
    reference: bool = False
    """Whether the others are compared with it: it is drawn thicker, and above them."""


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


def by_percent_remaining(rows: pd.DataFrame, y: str, x: str = PERCENT) -> pd.DataFrame:
    """The same against P_m, or another column of what remains, dense first. Networks of one round count as one, their first trial's."""
    remaining = rows.groupby("round")[x].first()
    points = summarise(rows, "round", y)
    return points.assign(x=points["x"].map(remaining))


def plot(ax: Axes, lines: Sequence[Line], *, every: int = 1, faint: bool = False) -> Axes:
    """Draws lines with min-max bars, one bar in `every` points. faint: bars that do not hide other lines, where there are many."""
    for line in lines:
        points = line.points
        drawn = ax.errorbar(
            points["x"],
            points["mean"],
            yerr=np.vstack([points["mean"] - points["low"], points["high"] - points["mean"]]).clip(min=0),  # rounding of a mean of equals
            errorevery=every,
            label=line.label,
            color=line.colour,
            linestyle=line.style,
            linewidth=mpl.rcParams["lines.linewidth"] * (1.8 if line.reference else 1),
            marker=line.marker,
            elinewidth=0.8,
            zorder=2.5 if line.reference else 2,
        )
        if faint:
            for bar in (*drawn[1], *drawn[2]):
                bar.set_alpha(0.35)
    return ax


def against_percent_remaining(ax: Axes, percents: Sequence[float], *, ticks: int = 10) -> Axes:
    """P_m on a log axis that falls to the right, with at most so many ticks: at all of these P_m, or at some that lie three, six, … of them
    apart at least, COMPARED among them.
    """
    percents = sorted(percents, reverse=True)
    written = ["100" if percent == 100 else f"{percent:.1f}" for percent in percents]
    apart = 1 if len(percents) <= ticks else 3 * -(-len(percents) // (3 * ticks))
    placed_first, shown = ("100", *COMPARED), []
    for place in sorted(range(len(percents)), key=lambda place: written[place] not in placed_first):
        if all(abs(place - other) >= apart for other in shown):
            shown.append(place)
    ax.set_xscale("log")
    ax.set_xticks([percents[place] for place in sorted(shown)], [written[place] for place in sorted(shown)])
    ax.minorticks_off()
    ax.set_xlim(max(percents) * 1.12, min(percents) / 1.12)
    ax.set_xlabel("weights remaining $P_m$ (%)")
    return ax


def label_y(ax: Axes, text: str) -> Axes:
    """What the y axis is, on as many lines as a low panel needs."""
    parts = text.replace(" at ", "\nat ").split("\n") if len(text) > LABEL else [text]
    ax.set_ylabel("\n".join(textwrap.fill(part, LABEL) for part in parts))
    return ax


def label_column(ax: Axes, text: str, column: str) -> Axes:
    """The same of a column of the tables. Accuracies, which are shares there and in the numbers beside a figure, are written in percent."""
    if not column.endswith("accuracy"):
        return label_y(ax, text)
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.6g}")
    return label_y(ax, text.replace("accuracy", "accuracy (%)"))


def draw_legend(figure: Figure | SubFigure, axes: Axes | Sequence[Axes], columns: int, title: str | None = None) -> None:
    """One legend below all panels, of the lines of one or, each once, of several, in as few rows as so many columns allow."""
    lines = {label: handle for ax in np.atleast_1d(axes) for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    columns = -(-len(lines) // -(-len(lines) // columns))
    figure.legend(lines.values(), lines, loc="outside lower center", ncols=columns, title=title, title_fontsize=8)


def grid(rows: int, columns: int, *, height: float, share_x: bool = False, share_y: bool = False) -> tuple[Figure, np.ndarray]:
    """A figure of a page's width with rows x columns axes."""
    figure = Figure(figsize=(6.75, height), layout="constrained")
    return figure, figure.subplots(rows, columns, sharex=share_x, sharey=share_y, squeeze=False)
