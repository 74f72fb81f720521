"""Forest plots: a line per claim, each way that it is judged a mark with its interval, in panels by unit."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation, Transform

from lth.plots.style import INK

WIDTH, LABELS, VERDICTS = 5.8, 1.95, 1.2
"""Inches of the figure, and of the columns at its edges: narrow, so that its words can be read where the picture is shown small."""
LINE, LEAST, BETWEEN = 0.125, 0.27, 0.3
"""Inches of a mark's line, of the lowest row, and between panels."""
SIZE = 7.5
GLYPHS = {"o": "○", "D": "◆"}
"""Markers as they stand before a verdict: hollow for one that explores, filled for one that confirms."""


@dataclass(frozen=True)
class Mark:
    """One estimate with its 95% interval."""

    effect: float
    low: float
    high: float
    verdict: str
    colour: str
    marker: str


@dataclass(frozen=True)
class Row:
    """One claim. value, within: the paper's number and its tolerance, where they are of the panel's unit."""

    label: str
    marks: Sequence[Mark]
    none: float
    value: float | None
    within: tuple[float, float] | None

    @property
    def height(self) -> float:
        return max(LEAST, LINE * len(self.marks) + 0.04)


def forest(panels: dict[str, Sequence[Row]], key: dict[str, tuple[str, str]], below: str) -> Figure:
    """The figure. panels: rows by unit. key: colour and marker by what they stand for. below: words under the last panel."""
    words = textwrap.wrap(below, 100, break_on_hyphens=False)
    heights = {unit: sum(row.height for row in rows) for unit, rows in panels.items()}
    top, bottom = 0.6, 0.3 + 0.14 * len(words)
    total = top + sum(heights.values()) + BETWEEN * (len(panels) - 1) + bottom
    figure = Figure(figsize=(WIDTH, total))
    figure.legend(
        handles=_key(key), loc="upper left", ncols=3, frameon=False, fontsize=SIZE, borderaxespad=0.2, columnspacing=1.2, handlelength=1.6
    )
    y = total - top
    for unit, rows in panels.items():
        y -= heights[unit]
        box = (LABELS / WIDTH, y / total, (WIDTH - LABELS - VERDICTS) / WIDTH, heights[unit] / total)
        _panel(figure.add_axes(box), unit, rows)
        y -= BETWEEN
    for number, line in enumerate(reversed(words)):
        figure.text(0.01, (0.05 + 0.14 * number) / total, line, fontsize=6.5, color="0.35", va="bottom")
    return figure


def _panel(ax: Axes, unit: str, rows: Sequence[Row]) -> None:
    """Rows from above, on one axis of the unit."""
    ends = [end for row in rows for mark in row.marks for end in (mark.low, mark.high)]
    ends += [row.none for row in rows] + [end for row in rows for end in _shown(row)]
    margin = 0.05 * (max(ends) - min(ends))
    ax.set_xlim(min(ends) - margin, max(ends) + margin)
    ax.set_ylim(sum(row.height for row in rows), 0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="x", labelsize=7, pad=1.5, length=2)
    ax.xaxis.set_major_formatter("{x:,g}")
    ax.text(-LABELS / (WIDTH - LABELS - VERDICTS) + 0.02, 0, unit, transform=_below(ax), fontsize=7, color="0.35", va="top", style="italic")
    y = 0.0
    for row in rows:
        _row(ax, row, y)
        y += row.height
        ax.axhline(y, color="0.85", linewidth=0.5, clip_on=False)


def _row(ax: Axes, row: Row, y: float) -> None:
    """One claim between y and y plus its height."""
    middle, width = y + row.height / 2, WIDTH - LABELS - VERDICTS
    ax.plot([row.none, row.none], [y, y + row.height], color="0.45", linewidth=0.9, zorder=1)
    if row.within:
        low, high = (max(min(end, ax.get_xlim()[1]), ax.get_xlim()[0]) for end in row.within)
        ax.fill_between([low, high], y, y + row.height, color="0.88", linewidth=0, zorder=0)
    if row.value is not None:
        ax.plot([row.value] * 2, [y + 0.02, y + row.height - 0.02], color=INK, linewidth=1.6, zorder=1.5)
    side = ax.get_yaxis_transform()
    label = textwrap.fill(row.label, 34).replace("P_m", "$P_m$")
    ax.text(-LABELS / width + 0.02, middle, label, transform=side, fontsize=SIZE, va="center", linespacing=1.05)
    first = middle - LINE * (len(row.marks) - 1) / 2
    for number, mark in enumerate(row.marks):
        at, filled = first + LINE * number, mark.marker == "D"
        ax.plot([mark.low, mark.high], [at, at], color=mark.colour, linewidth=1.8 if filled else 1.0, solid_capstyle="butt", zorder=2)
        face = mark.colour if filled else "white"
        ax.plot(mark.effect, at, mark.marker, markersize=4.2, color=mark.colour, markerfacecolor=face, markeredgewidth=1.0, zorder=3)
        said = f"{GLYPHS[mark.marker]} {mark.verdict}"
        ax.text(1.02, at, said, transform=side, fontsize=7, color=mark.colour, va="center_baseline", weight="bold" if filled else "normal")


def _shown(row: Row) -> list[float]:
    """What of the paper's number and tolerance the axis has to hold: an end that lies further from the number than no effect does is none, unless
    the number is that there is none."""
    if row.value is None:
        return []
    away = abs(row.value - row.none) or float("inf")
    return [row.value, *(end for end in row.within or () if abs(end - row.value) <= away)]


def _below(ax: Axes) -> Transform:
    """x in shares of the axis, y at the tick labels."""
    return ax.transAxes + ScaledTranslation(0, -3 / 72, ax.get_figure().dpi_scale_trans)


def _key(key: dict[str, tuple[str, str]]) -> list:
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=4.2, markerfacecolor=colour if marker == "D" else "white", label=label)
        for label, (colour, marker) in key.items()
    ]
    paper = Line2D(
        [], [], color=INK, linewidth=1.6, linestyle="none", marker="|", markersize=8, markeredgewidth=1.6, label="the paper's value"
    )
    none = Line2D([], [], color="0.45", linestyle="none", marker="|", markersize=8, markeredgewidth=0.9, label="no effect")
    first, second = handles[: len(handles) // 2], handles[len(handles) // 2 :]
    return [*first, none, *second, paper, Patch(color="0.88", label="its tolerance")]
