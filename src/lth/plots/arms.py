"""Figures that compare arms against P_m: what most of the paper's figures are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from lth.claims.paired import LEAST_PERCENT
from lth.measures import COLLAPSED, IDENTITY, VARIANT
from lth.plots.limits import cut_below, of_iterations
from lth.plots.lines import PERCENT, Drawn, Line, against_percent_remaining, by_percent_remaining, draw_legend, grid, label_column, plot
from lth.plots.style import COLOURS, INK
from lth.results.tables import Tables

EARLY_STOP = "early-stop iteration"
TEST = {EARLY_STOP: "es_iteration", "test accuracy at early stop": "es_test_accuracy"}
VALIDATION = {EARLY_STOP: "es_iteration", "validation accuracy at early stop": "es_validation_accuracy"}
FINAL_TEST = {"test accuracy at the last iteration": "final_test_accuracy"}
FINAL_TRAIN = {"training accuracy at the last iteration": "final_train_accuracy"}
TRAIN = {"training accuracy at early stop": "es_train_accuracy"}

BARS = "Lines are means, error bars minimum and maximum over all networks of a point"
CUT = (
    "accuracy axes reach down at least to the lowest mean at P_m 1.85 or more, and arrowheads at their lower edge mark what lies below: filled "
    "for a mean, open for a minimum alone."
)
EARLY = (
    "Axes of early stops are logarithmic where these spread widely; a black cross marks points with collapsed networks (less than 20% of the test "
    "images right), whose early stop means little."
)


@dataclass(frozen=True)
class Arm:
    """One line per panel: an arm of an experiment, from its dense networks on."""

    experiment: str
    arm: str
    label: str
    colour: str
    """One of COLOURS, or a colour as matplotlib has it."""
    style: str = "-"
    marker: str = "o"
    variant: float | None = None
    """Of a sweep, the value that the networks were trained in."""
    iteration: int | None = None
    """Where the columns of the curves are read, if any are."""
    reference: bool = False
    """Whether the others are compared with it."""

    def present(self, tables: Tables) -> bool:
        """Whether it is there to be drawn."""
        return self.experiment in tables and (self._own(tables.rows(self.experiment))["arm"] == self.arm).any()

    def rows(self, tables: Tables) -> pd.DataFrame:
        """Its networks, the dense ones first; with the columns of their curves at `iteration`."""
        rows = from_dense(self._own(tables.rows(self.experiment)), self.arm)
        if self.iteration is None:
            return rows
        curves = tables.curves(self.experiment)
        return rows.merge(curves[curves["iteration"] == self.iteration], on=[key for key in (*IDENTITY, VARIANT) if key in rows])

    def line(self, panel: str, rows: pd.DataFrame, column: str, against: str = PERCENT) -> Line:
        """A column of its rows against what remains."""
        points = by_percent_remaining(rows, column, against)
        return Line(panel, self.label, points, COLOURS.get(self.colour, self.colour), self.style, self.marker, self.reference)

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows if self.variant is None else rows[rows[VARIANT] == self.variant]


def ticket(experiment: str = "lenet", label: str = "winning ticket", colour: str = "blue", marker: str = "o") -> Arm:
    return Arm(experiment, "ticket", label, colour, "-", marker)


def reinit(experiment: str = "lenet", label: str = "random reinit", colour: str = "orange", marker: str = "s") -> Arm:
    return Arm(experiment, "reinit", label, colour, "--", marker)


def from_dense(rows: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The rows of one arm, and before them those of the dense networks, from which every arm starts."""
    return pd.concat([rows[rows["round"] == 0], rows[(rows["arm"] == arm) & (rows["round"] > 0)]])


def compare(tables: Tables, arms: Sequence[Arm], panels: Mapping[str, str], *, columns: int = 2, legend_columns: int = 3) -> Drawn:
    """One panel a column of the rows, in each a line an arm; those that are not there are left out."""
    rows = -(-len(panels) // columns)
    figure, axes = grid(rows, columns, height=0.4 + 2.3 * rows)
    lines = [line for ax, panel in zip(axes.flat, panels.items(), strict=False) for line in draw_panel(ax, tables, arms, *panel)]
    draw_legend(figure, axes[0, 0], legend_columns)
    return Drawn.of(figure, lines)


def draw_panel(
    ax: Axes,
    tables: Tables,
    arms: Sequence[Arm],
    panel: str,
    column: str,
    *,
    above: str = "",
    against: str = PERCENT,
    ticks: int = 10,
    faint: bool = False,
    floor: float = -np.inf,
) -> list[Line]:
    """One column of the rows against what remains, and the lines drawn.

    panel: what the column is called; above: what stands above it, where panels differ in something else. The other options are those of
    `draw_lines` and, for accuracies, `limit`.
    """
    present = [arm for arm in arms if arm.present(tables)]
    networks = [arm.rows(tables) for arm in present]
    name = f"{above}: {panel}" if above else panel
    lines = [arm.line(name, rows, column, against) for arm, rows in zip(present, networks, strict=True)]
    draw_lines(ax, lines, networks, against=against, ticks=ticks, faint=faint)
    limit(ax, lines, networks, column, floor=floor)
    label_column(ax, panel, column).set_title(above)
    return lines


def draw_lines(
    ax: Axes, lines: Sequence[Line], networks: Sequence[pd.DataFrame], *, against: str = PERCENT, ticks: int = 10, faint: bool = False
) -> Axes:
    """Lines against what remains, on a log axis that falls to the right.

    networks: the rows of each. against: the column of what remains. ticks: at most so many, at the P_m of that line which goes furthest.
    """
    remaining = [rows.groupby("round")[against].first() for rows in networks]
    plot(ax, lines, faint=faint)
    if against == PERCENT:
        against_percent_remaining(ax, min(remaining, key=min).tolist(), ticks=ticks)
    else:
        ax.set(xscale="log", xlabel="weights remaining")
    ax.set_xlim(max(map(max, remaining)) * 1.12, min(map(min, remaining)) / 1.12)
    return ax


def limit(
    ax: Axes,
    lines: Sequence[Line],
    networks: Sequence[pd.DataFrame],
    column: str,
    *,
    shown: float = LEAST_PERCENT,
    floor: float = -np.inf,
) -> Axes:
    """The y axis that a column wants; points whose networks have all collapsed do not set it.

    networks: the rows of each line. shown, floor: as for `cut_below` and, the former, `of_iterations`.
    """
    upright = standing(lines, networks)
    if column != "es_iteration":
        return cut_below(ax, lines, upright, shown=shown, floor=floor)
    for line, rows in zip(lines, networks, strict=True):
        points = line.points[_collapsed(rows, "min")]
        ax.plot(points["x"], points["mean"], "x", color=INK, markersize=4, zorder=4)
    return of_iterations(ax, lines, upright, shown=shown)


def standing(lines: Sequence[Line], networks: Sequence[pd.DataFrame]) -> list[Line]:
    """The lines without points whose networks have all collapsed."""
    return [replace(line, points=line.points[~_collapsed(rows, "max")]) for line, rows in zip(lines, networks, strict=True)]


def _collapsed(rows: pd.DataFrame, which: str) -> np.ndarray:
    """By round, whether the worst (`min`) or the best (`max`) of its networks has collapsed."""
    return rows.groupby("round")["es_test_accuracy"].agg(which).to_numpy() < COLLAPSED
